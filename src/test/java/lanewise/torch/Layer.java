package lanewise.torch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.ConvSpec;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.model.Dcgan;
import lanewise.model.GanSpec;
import lanewise.model.Norm;
import lanewise.model.ResnetGan;
import lanewise.model.Upsampling;
import lanewise.nn.Conv2d;
import lanewise.nn.ConvTranspose2d;
import lanewise.nn.Embedding;
import lanewise.nn.Init;
import lanewise.nn.Linear;
import lanewise.nn.Module;
import lanewise.nn.Network;
import lanewise.nn.Normalization;
import lanewise.nn.Pass;
import lanewise.nn.Statistics;
import lanewise.nn.Weights;
import lanewise.train.StateDict;

/** Computes one case of layers.json. */
final class Layer {
  private final Backend backend;
  private final LayerCase c;
  private final Network network;
  private final Map<String, Variable> operands = new LinkedHashMap<>();
  private final List<Variable> results = new ArrayList<>();

  Layer(Backend backend, LayerCase c) {
    this.backend = backend;
    this.c = c;
    network = new Network(backend, module());
    StateDict.load(network, c.stateDict(), c.name());
    run();
  }

  private void run() {
    network
        .state()
        .forEach(
            (name, p) -> {
              if (p.gradient() != null) {
                operands.put(name, p.variable());
              }
            });
    Variable x = operand("x");
    Variable condition = null;
    if (c.inputs().containsKey("condition")) {
      condition = c.outputs().containsKey("dcondition") ? operand("condition") : data("condition");
    }
    for (int i = 0; i < c.passes(); i++) {
      Statistics statistics = i < c.passes() - 1 ? Statistics.BATCH : Statistics.RUNNING;
      results.add(network.forward(x, new Pass(statistics, condition)));
    }
  }

  /** What gradients are asked for, by the names of the case. */
  Map<String, Variable> operands() {
    return operands;
  }

  /** What each pass computed. */
  List<Variable> results() {
    return results;
  }

  /** What the layer remembers, by the names of the case. */
  Map<String, Tensor> buffers() {
    Map<String, Tensor> buffers = new LinkedHashMap<>();
    c.stateAfter().keySet().forEach(name -> buffers.put(name, network.state().get(name).tensor()));
    return buffers;
  }

  private Variable operand(String name) {
    Variable leaf = Variable.leaf(backend, data(name).tensor());
    operands.put(name, leaf);
    return leaf;
  }

  private Variable data(String name) {
    TorchTensor input = c.inputs().get(name);
    Shape shape = input.activation();
    Tensor tensor = backend.allocate(shape);
    backend.upload(input.floats(), tensor);
    return Variable.constant(backend, tensor);
  }

  // ---- modules

  private Module module() {
    boolean bias = c.flag("bias", true);
    return switch (c.op()) {
      case "spectral_conv2d" ->
          new Conv2d(in(), out(), kernel(), convSpec(), bias, Weights.SPECTRAL);
      case "spectral_conv_transpose2d" ->
          new ConvTranspose2d(in(), out(), kernel(), convSpec(), 0, bias, Weights.SPECTRAL);
      case "spectral_linear" ->
          new Linear(
              c.integer("in_features", 0), c.integer("out_features", 0), bias, Weights.SPECTRAL);
      case "spectral_embedding" ->
          new Embedding(
              c.integer("num_embeddings", 0),
              c.integer("embedding_dim", 0),
              Init.ZEROS,
              Weights.SPECTRAL);
      case "conditional_batch_norm" -> Normalization.conditionalBatch(features(), classes());
      case "conditional_instance_norm" -> Normalization.conditionalInstance(features(), classes());
      case "adain" -> Normalization.adaptiveInstance(features(), c.integer("style_dim", 0));
      case "resize_dcgan_generator" -> new Dcgan(spec(16)).generator();
      case "dcgan_discriminator" -> new Dcgan(spec(16)).discriminator();
      case "resnet_generator" -> new ResnetGan(spec(20)).generator();
      case "resnet_discriminator" -> new ResnetGan(spec(20)).discriminator();
      default -> throw new AssertionError("No test knows the module " + c.op());
    };
  }

  /** What the networks of layers.json are made by; each is one of the two of a GAN. */
  private GanSpec spec(int imageSize) {
    Norm norm = Norm.named((String) c.attributes().get("norm"));
    return new GanSpec(
        imageSize,
        c.integer("channels", 0),
        c.integer("latent", 1),
        c.integer("ngf", 1),
        c.integer("ndf", 1),
        norm,
        norm,
        true,
        c.op().equals("dcgan_discriminator"),
        Upsampling.RESIZE,
        c.integer("classes", 0),
        1);
  }

  private int features() {
    return c.integer("num_features", 0);
  }

  private int classes() {
    return c.integer("num_classes", 0);
  }

  private int in() {
    return c.integer("in_channels", 0);
  }

  private int out() {
    return c.integer("out_channels", 0);
  }

  private int kernel() {
    return c.integer("kernel_size", 0);
  }

  private ConvSpec convSpec() {
    int stride = c.integer("stride", 1);
    int padding = c.integer("padding", 0);
    return new ConvSpec(stride, stride, padding, padding, 1, 1, c.integer("groups", 1));
  }
}
