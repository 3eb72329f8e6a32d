package lanewise.backend.cuda;

import java.lang.foreign.MemorySegment;
import lanewise.backend.Activation;
import lanewise.backend.Binary;
import lanewise.backend.ElementType;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.Unary;
import lanewise.bindings.cudnn.Cudnn;

/**
 * What cuDNN's normalisations share.
 *
 * <p>They know no LeakyReLU, keep the inverse of the deviation instead of the variance, and want
 * every table: what is missing is done before and after, or made up.
 */
abstract class CudnnNorm implements NormRoutine {
  private final Scratch scratch;
  private final Pointwise pointwise;
  private final Norms norms;

  CudnnNorm(Scratch scratch, Kernels kernels) {
    this.scratch = scratch;
    this.pointwise = kernels.pointwise();
    this.norms = kernels.norms();
  }

  /**
   * Whether cuDNN has this normalisation of images of {@code shape}.
   *
   * @param perChannel whether gamma and beta have one value a channel
   */
  abstract boolean knows(NormSpec spec, Shape shape, ElementType type, boolean perChannel);

  /** {@code y = gamma * (x - mean) * inverseDeviation + beta}; both statistics are written. */
  abstract void normalise(
      Tensor x,
      MemorySegment gamma,
      MemorySegment beta,
      float eps,
      MemorySegment mean,
      MemorySegment inverseDeviation,
      MemorySegment y);

  /** The gradients of {@link #normalise}; all three are written. */
  abstract void differentiate(
      Tensor x,
      MemorySegment dy,
      MemorySegment gamma,
      float eps,
      MemorySegment mean,
      MemorySegment inverseDeviation,
      MemorySegment dx,
      MemorySegment dgamma,
      MemorySegment dbeta);

  @Override
  public final boolean canForward(
      NormSpec spec, Tensor x, Affine affine, Moments moments, Tensor y) {
    return can(spec, x, affine, moments) && y.type() == x.type();
  }

  @Override
  public final boolean canBackward(
      NormSpec spec, Tensor x, Tensor dy, Affine affine, Moments moments, Tensor dx) {
    return can(spec, x, affine, moments)
        && dy.type() == x.type()
        && dx != null
        && dx.type() == x.type();
  }

  private boolean can(NormSpec spec, Tensor x, Affine affine, Moments moments) {
    boolean perChannel = isPerChannel(affine.gamma()) && isPerChannel(affine.beta());
    return moments.source() == Source.INPUT
        && spec.eps() >= Cudnn.CUDNN_BN_MIN_EPSILON()
        && knows(spec, x.shape(), x.type(), perChannel);
  }

  private static boolean isPerChannel(Tensor parameter) {
    return parameter == null || parameter.shape().n() == 1;
  }

  @Override
  public final void forward(NormSpec spec, Tensor x, Affine affine, Moments moments, Tensor y) {
    try (Scope _ = scratch.scope()) {
      Tensor variance = moments.variance();
      normalise(
          x,
          table(affine.gamma(), x.shape(), 1),
          table(affine.beta(), x.shape(), 0),
          spec.eps(),
          moments.mean().segment(),
          variance.segment(),
          y.segment());
      if (spec.activation().slope() != 1) {
        pointwise.map(new Unary.LeakyRelu(spec.activation().slope()), y, y);
      }
      pointwise.map(Unary.Elementary.SQUARE, variance, variance);
      pointwise.map(Unary.Elementary.RECIPROCAL, variance, variance);
      pointwise.map(new Unary.Affine(1, -spec.eps()), variance, variance);
    }
  }

  @Override
  public final void backward(
      NormSpec spec,
      Tensor x,
      Tensor dy,
      Affine affine,
      Moments moments,
      Tensor dx,
      Affine gradients) {
    try (Scope _ = scratch.scope()) {
      Shape channels = Shape.vector(x.shape().c());
      differentiate(
          x,
          throughActivation(spec, x, dy, affine, moments).segment(),
          table(affine.gamma(), x.shape(), 1),
          spec.eps(),
          moments.mean().segment(),
          inverseDeviation(spec, moments).segment(),
          dx.segment(),
          orScratch(gradients.gamma(), channels).segment(),
          orScratch(gradients.beta(), channels).segment());
    }
  }

  /** The gradient with respect to what the activation was applied to. */
  private Tensor throughActivation(
      NormSpec spec, Tensor x, Tensor dy, Affine affine, Moments moments) {
    Activation activation = spec.activation();
    if (activation.slope() == 1) {
      return dy;
    }
    Tensor z = scratch.allocate(x.shape(), x.type());
    NormSpec linear = new NormSpec(spec.scope(), spec.eps(), Activation.NONE);
    Moments given = new Moments(moments.mean(), moments.variance(), Source.GIVEN);
    norms.forward(linear, x, affine, given, z);
    pointwise.zip(new Binary.LeakyReluGradient(activation.slope()), z, dy, z);
    return z;
  }

  private Tensor inverseDeviation(NormSpec spec, Moments moments) {
    Tensor table = scratch.allocate(moments.variance().shape(), ElementType.F32);
    pointwise.map(new Unary.Affine(1, spec.eps()), moments.variance(), table);
    pointwise.map(Unary.Elementary.SQRT, table, table);
    pointwise.map(Unary.Elementary.RECIPROCAL, table, table);
    return table;
  }

  private MemorySegment table(Tensor parameter, Shape shape, float otherwise) {
    if (parameter != null) {
      return parameter.segment();
    }
    Tensor constant = scratch.allocate(Shape.vector(shape.c()), ElementType.F32);
    pointwise.fill(constant, otherwise);
    return constant.segment();
  }

  private Tensor orScratch(Tensor t, Shape shape) {
    return t == null ? scratch.allocate(shape, ElementType.F32) : t;
  }
}
