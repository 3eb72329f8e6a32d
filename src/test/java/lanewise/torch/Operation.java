package lanewise.torch;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lanewise.autograd.Functional;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Activation;
import lanewise.backend.Backend;
import lanewise.backend.ConvSpec;
import lanewise.backend.DropoutSpec;
import lanewise.backend.Interpolation;
import lanewise.backend.Interpolation.Border;
import lanewise.backend.Interpolation.Coordinates;
import lanewise.backend.NormScope;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;
import lanewise.backend.Padding;
import lanewise.backend.PoolSpec;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.nn.AvgPool2d;
import lanewise.nn.LeakyReLU;
import lanewise.nn.Linear;
import lanewise.nn.MaxPool2d;
import lanewise.nn.MinibatchStddev;
import lanewise.nn.Modulation;
import lanewise.nn.Module;
import lanewise.nn.Network;
import lanewise.nn.Normalization;
import lanewise.nn.Parameter;
import lanewise.nn.Pass;
import lanewise.nn.Pointwise;
import lanewise.nn.ReflectionPad2d;
import lanewise.nn.ReplicationPad2d;
import lanewise.nn.Statistics;
import lanewise.nn.Upsample;
import lanewise.nn.ZeroPad2d;
import lanewise.train.loss.GanLoss;
import lanewise.train.loss.Objective;

/**
 * Computes one case of operations.json or images.json: through a layer or a loss where there is
 * one.
 */
final class Operation {
  private final Backend backend;
  private final TorchCase c;
  private final Map<String, Variable> operands = new LinkedHashMap<>();
  private final Map<String, Tensor> buffers = new LinkedHashMap<>();
  private final Variable y;

  Operation(Backend backend, TorchCase c) {
    this.backend = backend;
    this.c = c;
    this.y = compute();
  }

  Variable y() {
    return y;
  }

  /** What gradients are asked for, by the names of the case. */
  Map<String, Variable> operands() {
    return operands;
  }

  /** The running statistics as the operation left them. */
  Map<String, Tensor> buffers() {
    return buffers;
  }

  private Variable compute() {
    return switch (c.op()) {
      case "conv2d" -> withBias(Functional.conv2d(x(), filter(), convSpec()));
      case "conv_transpose2d" -> withBias(convTranspose());
      case "linear" -> linear();
      case "matmul" -> Ops.matmul(operand("a"), false, operand("b"), false);
      case "batch_norm" -> norm(NormScope.BATCH, c.flag("training"));
      case "instance_norm" -> norm(NormScope.INSTANCE, c.flag("use_input_stats"));
      case "group_norm" -> norm(groups(), true);
      case "conditional_instance_norm" -> conditionalNorm(NormScope.INSTANCE);
      case "conditional_batch_norm" -> conditionalBatchNorm();
      case "relu" -> layer(LeakyReLU.relu());
      case "leaky_relu" -> layer(new LeakyReLU(c.number("negative_slope")));
      case "tanh" -> layer(Pointwise.tanh());
      case "sigmoid" -> layer(Pointwise.sigmoid());
      case "softplus" -> layer(Pointwise.softplus());
      case "exp" -> Ops.exp(x());
      case "log" -> Ops.log(x());
      case "sqrt" -> Ops.sqrt(x());
      case "abs" -> Ops.abs(x());
      case "square" -> Ops.square(x());
      case "add" -> Ops.add(operand("a"), operand("b"));
      case "sub" -> Ops.sub(operand("a"), operand("b"));
      case "mul" -> Ops.mul(operand("a"), operand("b"));
      case "div" -> Ops.div(operand("a"), operand("b"));
      case "sum" -> Ops.sum(x(), reduced());
      case "mean" -> mean();
      case "upsample_nearest" -> layer(new Upsample(c.integer("scale_factor")));
      case "reflection_pad2d" -> layer(new ReflectionPad2d(padding()));
      case "interpolate" -> interpolate();
      case "max_pool2d" -> layer(new MaxPool2d(windows()));
      case "avg_pool2d" -> layer(new AvgPool2d(windows(), c.flag("count_include_pad")));
      case "zero_pad2d" -> layer(new ZeroPad2d(padding()));
      case "replication_pad2d" -> layer(new ReplicationPad2d(padding()));
      case "flatten" -> Ops.flatten(x());
      case "dropout" -> dropout();
      case "elu" -> layer(Pointwise.elu(c.number("alpha")));
      case "selu" -> layer(Pointwise.selu());
      case "prelu" -> Ops.prelu(x(), perChannel("slope"));
      case "hardtanh" -> layer(Pointwise.hardtanh(c.number("min_val"), c.number("max_val")));
      case "hardsigmoid" -> layer(Pointwise.hardsigmoid());
      case "cat" -> Ops.concat(Stream.of("a", "b", "c").map(this::operand).toList());
      case "narrow" -> narrow();
      case "pack" -> Ops.pack(x(), c.integer("m"));
      case "minibatch_stddev" -> layer(new MinibatchStddev(c.integer("group_size")));
      case "bce_with_logits" -> Functional.bceWithLogits(x(), target());
      case "mse" -> Functional.mseLoss(x(), target());
      case "gan_generator_loss" -> loss(0).generator(operand("fake"));
      case "gan_discriminator_loss" ->
          loss(c.number("label_smoothing")).discriminator(operand("real"), operand("fake"));
      default -> throw new AssertionError("No test knows the operation " + c.op());
    };
  }

  private GanLoss loss(float labelSmoothing) {
    return Objective.named((String) c.attributes().get("loss")).loss(labelSmoothing);
  }

  // ---- operands

  private Variable x() {
    return operand("x");
  }

  private Variable operand(String name) {
    return operand(name, c.input(name).activation());
  }

  private Variable perChannel(String name) {
    return c.has(name) ? operand(name, c.input(name).perChannel()) : null;
  }

  private Variable filter() {
    return operand("w", c.input("w").filter());
  }

  private Variable operand(String name, Shape shape) {
    Variable leaf = Variable.leaf(backend, upload(name, shape));
    operands.put(name, leaf);
    return leaf;
  }

  private Variable target() {
    return Variable.constant(backend, upload("target", c.input("target").activation()));
  }

  private Tensor upload(String name, Shape shape) {
    Tensor tensor = backend.allocate(shape);
    backend.upload(c.input(name).floats(), tensor);
    return tensor;
  }

  // ---- convolution and matrices

  private ConvSpec convSpec() {
    int[] stride = c.integers("stride");
    int[] padding = c.integers("padding");
    int[] dilation = c.integers("dilation");
    return new ConvSpec(
        stride[0],
        stride[1],
        padding[0],
        padding[1],
        dilation[0],
        dilation[1],
        c.integer("groups"));
  }

  private Variable convTranspose() {
    int[] outputPadding = c.integers("output_padding");
    Variable x = x();
    Variable w = filter();
    // ConvSpec has one output padding for both sides, PyTorch one for each.
    Shape least = convSpec().transposedShape(x.shape(), w.shape(), 0);
    Shape shape =
        Shape.of(least.n(), least.c(), least.h() + outputPadding[0], least.w() + outputPadding[1]);
    return Functional.convTranspose2d(x, w, convSpec(), shape);
  }

  private Variable withBias(Variable z) {
    return c.has("b") ? Functional.biasActivation(z, perChannel("b"), Activation.NONE) : z;
  }

  private Variable linear() {
    int[] w = c.input("w").shape();
    Network network = new Network(backend, new Linear(w[1], w[0], c.has("b")));
    parameter(network, "weight", "w");
    parameter(network, "bias", "b");
    return network.forward(x(), Statistics.BATCH);
  }

  private void parameter(Network network, String name, String operand) {
    Parameter p = network.state().get(name);
    if (p != null) {
      backend.upload(c.input(operand).floats(), p.tensor());
      operands.put(operand, p.variable());
    }
  }

  // ---- normalisation

  private Activation activation() {
    return switch ((String) c.attributes().getOrDefault("activation", "none")) {
      case "none" -> Activation.NONE;
      case "relu" -> Activation.RELU;
      case "leaky_relu" -> Activation.leakyRelu(c.number("negative_slope"));
      case String unknown -> throw new AssertionError("No test knows the activation " + unknown);
    };
  }

  private NormScope groups() {
    int groups = c.integer("num_groups");
    return groups == 1 ? NormScope.LAYER : new NormScope.Group(groups);
  }

  private Variable norm(NormScope scope, boolean fromInput) {
    Normalization norm = normalization(scope, c.has("gamma"));
    Network network = new Network(backend, norm);
    parameter(network, "weight", "gamma");
    parameter(network, "bias", "beta");
    running(network);
    Statistics statistics = fromInput ? Statistics.BATCH : Statistics.RUNNING;
    return norm.forward(x(), Pass.of(statistics), activation());
  }

  private Normalization normalization(NormScope scope, boolean affine) {
    int channels = c.input("x").shape()[1];
    float momentum = c.has("running_mean") ? c.number("momentum") : 0;
    Modulation modulation = affine ? Modulation.PER_CHANNEL : Modulation.NONE;
    return new Normalization(scope, channels, c.number("eps"), modulation, momentum);
  }

  private void running(Network network) {
    for (String name : List.of("running_mean", "running_var")) {
      if (c.has(name)) {
        Tensor buffer = network.state().get(name).tensor();
        backend.upload(c.input(name).floats(), buffer);
        buffers.put(name, buffer);
      }
    }
  }

  /** One gamma and beta for each sample: what AdaIN and conditional batch norm are made of. */
  private Variable conditionalNorm(NormScope scope) {
    Variable x = x();
    Shape table = scope.tableShape(x.shape());
    return Functional.norm(
        new NormSpec(scope, c.number("eps"), activation()),
        x,
        perChannel("gamma"),
        perChannel("beta"),
        new Moments(backend.allocate(table), backend.allocate(table), Source.INPUT));
  }

  private Variable conditionalBatchNorm() {
    Variable y = conditionalNorm(NormScope.BATCH);
    Network statistics = new Network(backend, normalization(NormScope.BATCH, false));
    running(statistics);
    statistics.forward(operands.get("x").detach(), Statistics.BATCH);
    return y;
  }

  // ---- the rest

  private Variable layer(Module withoutParameters) {
    return withoutParameters.forward(x(), Pass.BATCH);
  }

  private Shape reduced() {
    int[] shape = c.input("x").shape().clone();
    for (int dim : c.integers("dim")) {
      shape[dim] = 1;
    }
    return Shape.of(shape[0], shape[1], shape[2], shape[3]);
  }

  private Variable mean() {
    Variable x = x();
    Shape reduced = reduced();
    return reduced.size() == 1
        ? Ops.mean(x)
        : Ops.affine(Ops.sum(x, reduced), (float) reduced.size() / x.shape().size(), 0);
  }

  private Variable narrow() {
    int start = c.integer("start");
    int length = c.integer("length");
    return c.integer("dim") == 0
        ? Ops.samples(x(), start, length)
        : Ops.channels(x(), start, length);
  }

  private Padding padding() {
    int[] sides = c.integers("padding");
    return new Padding(sides[0], sides[1], sides[2], sides[3]);
  }

  // ---- images of other sizes, and dropout

  private Variable interpolate() {
    Interpolation how =
        switch ((String) c.attributes().get("mode")) {
          case "nearest" -> Interpolation.NEAREST;
          case "nearest-exact" -> Interpolation.NEAREST_EXACT;
          case "bilinear" -> bilinear();
          case "bicubic" -> bicubic();
          case String unknown -> throw new AssertionError("No test knows the mode " + unknown);
        };
    if (c.attributes().containsKey("size")) {
      int[] size = c.integers("size");
      return Functional.resize(x(), size[0], size[1], how);
    }
    return layer(new Upsample(((Number) c.attributes().get("scale_factor")).doubleValue(), how));
  }

  private Interpolation bilinear() {
    if (isSet("antialias")) {
      return Interpolation.BILINEAR_ANTIALIASED;
    }
    return isSet("align_corners")
        ? new Interpolation.Linear(Coordinates.ALIGN_CORNERS, Border.REPEAT, false)
        : Interpolation.BILINEAR;
  }

  private Interpolation bicubic() {
    if (isSet("antialias")) {
      return Interpolation.BICUBIC_ANTIALIASED;
    }
    return isSet("align_corners")
        ? new Interpolation.Cubic(-0.75, Coordinates.ALIGN_CORNERS, Border.REPEAT, false)
        : Interpolation.BICUBIC;
  }

  private boolean isSet(String attribute) {
    return c.attributes().containsKey(attribute) && c.flag(attribute);
  }

  private PoolSpec windows() {
    return new PoolSpec(side(0), side(1));
  }

  private PoolSpec.Side side(int i) {
    int padding = c.integers("padding")[i];
    return new PoolSpec.Side(
        c.integers("kernel_size")[i],
        c.integers("stride")[i],
        padding,
        padding,
        c.flag("ceil_mode"));
  }

  private Variable dropout() {
    Tensor key = backend.allocate(DropoutSpec.KEY);
    int[] parts = c.integers("key");
    backend.upload(new float[] {parts[0], parts[1], parts[2], parts[3]}, key);
    String path = (String) c.attributes().get("path");
    return Functional.dropout(x(), new DropoutSpec(c.number("rate"), path.hashCode()), key);
  }
}
