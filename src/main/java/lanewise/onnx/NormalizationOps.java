package lanewise.onnx;

import lanewise.autograd.Functional;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Activation;
import lanewise.backend.Backend;
import lanewise.backend.NormScope;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;
import lanewise.backend.Shape;

/** Batch, instance, layer, group and Lp normalisation, as they are in inference. */
final class NormalizationOps {
  /** The opset whose group norm scales channels; the one before scaled groups. */
  private static final int SCALES_CHANNELS = 21;

  /** Keeps a norm of 0 from dividing 0 by 0. */
  private static final float TINY = 1e-30f;

  private NormalizationOps() {}

  private static float epsilon(Declaration node) {
    float epsilon = node.attributes().real("epsilon", 1e-5f);
    if (!(epsilon > 0) || !Float.isFinite(epsilon)) {
      throw new ModelFault("attribute epsilon is %s; it must be positive".formatted(epsilon));
    }
    return epsilon;
  }

  private static void checkSingleOutput(Declaration node) {
    if (node.hasMoreOutputs()) {
      throw new ModelFault("outputs beside the first one are those of training, not supported");
    }
  }

  static Operation.Activated instance(Declaration node) {
    float epsilon = epsilon(node);
    return (in, activation) -> {
      NormSpec spec = new NormSpec(NormScope.INSTANCE, epsilon, activation);
      Variable x = in.device(0).image();
      int channels = x.shape().c();
      Variable y = normalize(spec, x, in.vector(1, channels), in.vector(2, channels));
      return Operands.image(y).reshape(in.dims(0));
    };
  }

  static Operation.Activated batch(Declaration node) {
    float epsilon = epsilon(node);
    node.attributes().integer("training_mode", 0, 0, 0);
    node.attributes().integer("spatial", 1, 1, 1);
    node.attributes().ignore("momentum");
    checkSingleOutput(node);
    return (in, activation) -> {
      NormSpec spec = new NormSpec(NormScope.BATCH, epsilon, activation);
      Variable x = in.device(0).image();
      int channels = x.shape().c();
      Moments moments =
          new Moments(
              in.vector(3, channels).tensor(), in.vector(4, channels).tensor(), Source.GIVEN);
      Variable y =
          Functional.norm(spec, x, in.vector(1, channels), in.vector(2, channels), moments);
      return Operands.image(y).reshape(in.dims(0));
    };
  }

  static Operation.Activated group(Declaration node) {
    int groups = node.attributes().integer("num_groups", 0, 1, Integer.MAX_VALUE);
    float epsilon = epsilon(node);
    // What is computed in is fp32 here anyway.
    node.attributes().ignore("stash_type");
    boolean scalesGroups = node.opset() < SCALES_CHANNELS;
    return (in, activation) -> {
      NormSpec spec = new NormSpec(new NormScope.Group(groups), epsilon, activation);
      Variable x = in.device(0).image();
      int channels = x.shape().c();
      Variable scale = scalesGroups ? ofGroups(in, 1, groups, channels) : in.vector(1, channels);
      Variable shift = scalesGroups ? ofGroups(in, 2, groups, channels) : in.vector(2, channels);
      return Operands.image(normalize(spec, x, scale, shift)).reshape(in.dims(0));
    };
  }

  /** A value of each group for each of its channels. */
  private static Variable ofGroups(Operands in, int i, int groups, int channels) {
    in.vector(i, groups);
    int size = channels / groups;
    return in.device(i).reshape(groups, 1).expand(groups, size).reshape(channels).variable();
  }

  static Operation layer(Declaration node) {
    float epsilon = epsilon(node);
    long declaredAxis = node.attributes().integer("axis", -1);
    node.attributes().ignore("stash_type");
    checkSingleOutput(node);
    return Operation.single(
        in -> {
          DeviceTensor x = in.device(0);
          int axis = Dims.axis(declaredAxis, x.rank());
          boolean isWholeImage = x.rank() == DeviceTensor.IMAGE_RANK && axis == 1;
          DeviceTensor y =
              isWholeImage
                  ? Operands.image(normalize(NormScope.LAYER, epsilon, x.variable()))
                  : rows(epsilon, x.matrix(axis)).reshape(x.dims());
          y = DeviceTensor.zip(Ops::mul, y, in.device(1));
          return in.has(2) ? DeviceTensor.zip(Ops::add, y, in.device(2)) : y;
        });
  }

  /** Each row by itself: as an image of one channel, so that a row has one mean and not many. */
  private static DeviceTensor rows(float epsilon, Variable x) {
    int rows = x.shape().n();
    int columns = x.shape().c();
    Variable images = Ops.view(x, Shape.of(rows, 1, columns, 1));
    Variable normal = normalize(NormScope.INSTANCE, epsilon, images);
    return new DeviceTensor(Ops.view(normal, x.shape()), rows, columns);
  }

  private static Variable normalize(NormScope scope, float epsilon, Variable x) {
    return normalize(new NormSpec(scope, epsilon, Activation.NONE), x, null, null);
  }

  private static Variable normalize(NormSpec spec, Variable x, Variable scale, Variable shift) {
    if (spec.scope().count(x.shape()) == 1) {
      // Nothing is left of a single value, which is its own mean.
      Variable zeros = Ops.affine(x, 0, 0);
      return shift == null ? zeros : Functional.biasActivation(zeros, shift, spec.activation());
    }
    Backend backend = x.backend();
    Shape table = spec.scope().tableShape(x.shape());
    Moments moments = new Moments(backend.allocate(table), backend.allocate(table), Source.INPUT);
    return Functional.norm(spec, x, scale, shift, moments);
  }

  static Operation lp(Declaration node) {
    long declaredAxis = node.attributes().integer("axis", -1);
    int p = node.attributes().integer("p", 2, 1, 2);
    return Operation.single(
        in -> {
          DeviceTensor x = in.device(0);
          int axis = Dims.axis(declaredAxis, x.rank());
          DeviceTensor norm =
              p == 1 ? x.map(Ops::abs).sum(axis) : x.map(Ops::square).sum(axis).map(Ops::sqrt);
          DeviceTensor positive = norm.map(sum -> Ops.clip(sum, TINY, Float.POSITIVE_INFINITY));
          return DeviceTensor.zip(Ops::div, x, positive);
        });
  }
}
