package lanewise.reference;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lanewise.autograd.Functional;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Activation;
import lanewise.backend.Backend;
import lanewise.backend.ConvSpec;
import lanewise.backend.NormScope;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;
import lanewise.backend.PadMode;
import lanewise.backend.Padding;
import lanewise.backend.PoolSpec;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.io.Safetensors;
import lanewise.nn.Statistics;
import lanewise.reference.ReferenceModel.Layer;

/** Computes a reference model layer by layer. */
final class ReferenceNetwork {
  private final Backend backend;
  private final List<Layer> layers;
  private final Safetensors weights;
  private final Statistics statistics;
  private final Map<String, Variable> saved = new HashMap<>();

  /** The network; {@code weights} is to stay open. */
  ReferenceNetwork(
      Backend backend, List<Layer> layers, Safetensors weights, Statistics statistics) {
    this.backend = backend;
    this.layers = layers;
    this.weights = weights;
    this.statistics = statistics;
  }

  Variable forward(Variable x) {
    Variable y = x;
    for (Layer layer : layers) {
      y = apply(layer, y);
    }
    return y;
  }

  private Variable apply(Layer layer, Variable x) {
    return switch (layer.op()) {
      case "conv" -> biased(layer, Functional.conv2d(x, filter(layer), spec(layer)));
      case "convT" -> biased(layer, transposed(layer, x, spec(layer)));
      case "conv_same" -> biased(layer, convolutionSame(layer, x));
      case "convT_same" -> biased(layer, transposedSame(layer, x));
      case "instance_norm" -> instanceNorm(layer, x);
      case "batch_norm" -> batchNorm(layer, x);
      case "relu" -> Ops.relu(x);
      case "leaky_relu" -> Ops.leakyRelu(x, layer.number("alpha"));
      case "tanh" -> Ops.tanh(x);
      case "scale_shift" -> Ops.affine(x, layer.number("scale"), layer.number("shift"));
      case "clip" -> Ops.clip(x, layer.number("min"), layer.number("max"));
      case "maxpool" ->
          Functional.maxPool(x, PoolSpec.of(layer.integer("k", 2), layer.integer("stride", 2), 0));
      case "global_avg_pool" ->
          Ops.affine(
              Ops.sum(x, Shape.matrix(x.shape().n(), x.shape().c())), 1f / x.shape().plane(), 0);
      case "save" -> {
        saved.put(layer.text("name"), x);
        yield x;
      }
      case "add" -> Ops.add(x, saved.get(layer.text("name")));
      default -> throw new AssertionError("No test knows the operation " + layer.op());
    };
  }

  // ---- convolutions

  private static ConvSpec spec(Layer layer) {
    return ConvSpec.of(layer.integer("stride", 1), layer.integer("pad", 0));
  }

  private Variable transposed(Layer layer, Variable x, ConvSpec spec) {
    Variable w = filter(layer);
    return Functional.convTranspose2d(x, w, spec, spec.transposedShape(x.shape(), w.shape(), 0));
  }

  /** TensorFlow's: as many outputs as steps of the stride; the odd pixel of padding comes last. */
  private Variable convolutionSame(Layer layer, Variable x) {
    Variable w = filter(layer);
    int stride = layer.integer("stride", 1);
    int rows = padding(x.shape().h(), w.shape().h(), stride);
    int columns = padding(x.shape().w(), w.shape().w(), stride);
    Padding around = new Padding(columns / 2, columns - columns / 2, rows / 2, rows - rows / 2);
    return Functional.conv2d(Functional.pad(x, around, PadMode.ZERO), w, ConvSpec.of(stride, 0));
  }

  private static int padding(int size, int kernel, int stride) {
    return Math.max((Math.ceilDiv(size, stride) - 1) * stride + kernel - size, 0);
  }

  /** TensorFlow's: the whole result cut to the input's size times the stride. */
  private Variable transposedSame(Layer layer, Variable x) {
    int stride = layer.integer("stride", 1);
    Variable whole = transposed(layer, x, ConvSpec.of(stride, 0));
    int excess = (filter(layer).shape().h() - stride) / 2;
    return Functional.crop(whole, excess, excess, x.shape().h() * stride, x.shape().w() * stride);
  }

  private Variable biased(Layer layer, Variable y) {
    return layer.has("b") ? Functional.biasActivation(y, vector(layer, "b"), Activation.NONE) : y;
  }

  // ---- norms

  private Variable instanceNorm(Layer layer, Variable x) {
    NormSpec spec = new NormSpec(NormScope.INSTANCE, layer.number("eps"), Activation.NONE);
    return Functional.norm(
        spec, x, vector(layer, "gamma"), vector(layer, "beta"), ofInput(spec, x));
  }

  private Variable batchNorm(Layer layer, Variable x) {
    NormSpec spec = new NormSpec(NormScope.BATCH, layer.number("eps"), Activation.NONE);
    Moments moments =
        statistics == Statistics.INPUT
            ? ofInput(spec, x)
            : new Moments(
                vector(layer, "mean").tensor(), vector(layer, "var").tensor(), Source.GIVEN);
    return Functional.norm(spec, x, vector(layer, "gamma"), vector(layer, "beta"), moments);
  }

  private Moments ofInput(NormSpec spec, Variable x) {
    Shape table = spec.scope().tableShape(x.shape());
    return new Moments(backend.allocate(table), backend.allocate(table), Source.INPUT);
  }

  // ---- weights

  private Variable filter(Layer layer) {
    long[] w = weights.shape(layer.text("w"));
    return constant(layer.text("w"), Shape.filter((int) w[0], (int) w[1], (int) w[2], (int) w[3]));
  }

  /** A value for each channel; null if the layer has none of that name. */
  private Variable vector(Layer layer, String attribute) {
    if (!layer.has(attribute)) {
      return null;
    }
    String name = layer.text(attribute);
    return constant(name, Shape.vector((int) weights.shape(name)[0]));
  }

  private Variable constant(String name, Shape shape) {
    Tensor tensor = backend.allocate(shape);
    backend.upload(weights.floats(name), tensor);
    return Variable.constant(backend, tensor);
  }
}
