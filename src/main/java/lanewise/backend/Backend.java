package lanewise.backend;

import java.util.OptionalDouble;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;

/**
 * An engine that stores tensors and computes on them.
 *
 * <p>The caller gives every output, already allocated; outputs are overwritten, whatever they held,
 * and do not overlap inputs unless an operation says so. An engine computes everything itself or
 * refuses to open. A backend serves one caller at a time and spreads the work over threads of its
 * own; results do not depend on their number.
 *
 * <p>Backends from {@link Backends#open} check every argument: shapes that do not fit are an {@link
 * IllegalArgumentException} that names the operation and the shapes.
 */
public interface Backend extends AutoCloseable {

  /**
   * What runs.
   *
   * @param name {@code scalar}, {@code simd}, ...
   * @param device in words, with the vector width where there is one
   * @param lanes fp32 elements of one vector
   * @param threads that compute
   */
  record Description(String name, String device, int lanes, int threads) {}

  Description description();

  // ---- 1. memory

  /** An fp32 tensor with undefined contents; it belongs to the innermost open {@link #scope}. */
  Tensor allocate(Shape shape);

  /**
   * {@link #allocate} for what flows through networks, forward and back: in the type as which the
   * engine stores that, see {@link Precision}. Parameters, their gradients, statistics and sums are
   * always fp32; every other operand may have either type.
   */
  default Tensor allocateActivation(Shape shape) {
    return allocate(shape);
  }

  /** Copies elements in PyTorch's order (NCHW, filters OIHW) into {@code target}. */
  void upload(float[] source, Tensor target);

  /** Copies the elements of {@code source} out in PyTorch's order (NCHW, filters OIHW). */
  void read(Tensor source, float[] target);

  /** {@code target = source}, repeated along the dimensions in which source is 1. */
  void copy(Tensor source, Tensor target);

  void fill(Tensor target, float value);

  /** Gives memory that no tensor uses back to the system, where an engine keeps some. */
  void trim();

  /** Opens a scope: what is allocated from here on is closed with it. */
  Scope scope();

  /** Waits until everything asked for so far is done. */
  void sync();

  /** Gives back all memory and threads; every tensor of this backend ends with it. */
  @Override
  void close();

  // ---- 2. pointwise operations and reduction

  /** {@code y = f(x)}; y may be x. */
  void map(Unary f, Tensor x, Tensor y);

  /**
   * {@code y = f(a, b)}, each repeated along its dimensions of 1; y may be an operand of its shape.
   */
  void zip(Binary f, Tensor a, Tensor b, Tensor y);

  /** {@code y += alpha * x}, both of one shape. */
  void accumulate(float alpha, Tensor x, Tensor y);

  /** Sums x over the dimensions in which y is 1. */
  void sum(Tensor x, Tensor y);

  // ---- 3. matrices

  /**
   * {@code c = alpha * op(a) op(b) + beta * c} for matrices (rows x columns x 1 x 1), where op
   * transposes if asked to. With beta 0, c is not read.
   */
  void gemm(
      boolean transposeA,
      boolean transposeB,
      float alpha,
      Tensor a,
      Tensor b,
      float beta,
      Tensor c);

  // ---- 4. convolution; each is a derivative of the other two

  /** {@code y = conv2d(x, w)}; x: N x C x H x W, w: out x C/groups x kh x kw. */
  void convForward(ConvSpec spec, Tensor x, Tensor w, Tensor y);

  /**
   * The gradient of {@link #convForward} with respect to x, which is the transposed convolution.
   */
  void convBackwardData(ConvSpec spec, Tensor dy, Tensor w, Tensor dx);

  /** The gradient of {@link #convForward} with respect to w. */
  void convBackwardFilter(ConvSpec spec, Tensor x, Tensor dy, Tensor dw);

  // ---- 5. normalisation

  /**
   * {@code y = activation(gamma * (x - mean) / sqrt(variance + eps) + beta)}.
   *
   * @param affine gamma and beta, each null (1 and 0), 1 x C, or N x C for conditional norms
   * @param moments read or written, as its source says
   */
  void normForward(NormSpec spec, Tensor x, Affine affine, Moments moments, Tensor y);

  /**
   * The gradients of {@link #normForward}, through the statistics if they came from the input.
   *
   * @param moments as the forward pass left them
   * @param dx or null if not wanted
   * @param gradients of gamma and beta, in their shapes; each null if not wanted
   */
  void normBackward(
      NormSpec spec,
      Tensor x,
      Tensor dy,
      Affine affine,
      Moments moments,
      Tensor dx,
      Affine gradients);

  // ---- 6. resampling, padding, pooling, order and dropout

  /** Repeats each pixel {@code factor} times along both sides. */
  void upsampleNearest(int factor, Tensor x, Tensor y);

  /** The adjoint of {@link #upsampleNearest}: sums each block of pixels. */
  void upsampleNearestAdjoint(int factor, Tensor dy, Tensor dx);

  /** Pads by mirroring without repeating the border, as {@code ReflectionPad2d}. */
  void reflectPad(Padding padding, Tensor x, Tensor y);

  /** The adjoint of {@link #reflectPad}: adds each mirrored pixel to its origin. */
  void reflectPadAdjoint(Padding padding, Tensor dy, Tensor dx);

  /**
   * Copies {@code count} channels of each pixel, from channel {@code from} of source on, to channel
   * {@code to} of target and those behind it. Source and target have the same N, H and W; the other
   * channels of target stay as they are.
   */
  void copyChannels(Tensor source, int from, Tensor target, int to, int count);

  /**
   * Applies a linear map to the rows of each plane and one to its columns: resizing, cropping,
   * padding, average pooling. The adjoint is the same with both maps {@link AxisMap#transposed}.
   *
   * @param y N x C x rows.outputs x columns.outputs
   */
  void resample(AxisMap rows, AxisMap columns, Tensor x, Tensor y);

  /**
   * Stores the elements of x in another order.
   *
   * @param order of x's memory; y is what is stored then, whatever its shape
   */
  void permute(AxisOrder order, Tensor x, Tensor y);

  /**
   * Takes from {@code values} what stands where x is the largest of each window: with values = x,
   * max pooling. The first of equals counts, and NaN as the largest; padding never does.
   */
  void maxPool(PoolSpec spec, Tensor x, Tensor values, Tensor y);

  /** The adjoint of {@link #maxPool} in values: adds each element of dy to where it came from. */
  void maxPoolAdjoint(PoolSpec spec, Tensor x, Tensor dy, Tensor dx);

  /**
   * Draws what elements are multiplied by in a dropout: 0, or {@code 1 / (1 - rate)}.
   *
   * @param key a {@link DropoutSpec#KEY}; a tensor, so that a captured step can be replayed
   */
  void dropout(DropoutSpec spec, Tensor key, Tensor mask);

  // ---- 7. fused; the defaults compose the operations above

  /** {@code y = activation(x + bias)}, bias being 1 x C; y may be x. */
  default void biasActivation(Tensor x, Tensor bias, Activation activation, Tensor y) {
    zip(Binary.Arithmetic.ADD, x, bias, y);
    if (activation.slope() != 1) {
      map(new Unary.LeakyRelu(activation.slope()), y, y);
    }
  }

  /**
   * One step of Adam on a block of parameters: updates {@code m}, {@code v} and {@code values}.
   *
   * @param rates what {@link AdamSpec#rates} gives for the step; a tensor, so that a captured step
   *     can be replayed
   * @param v mean of squared gradients; has one shape with values, gradients and m
   */
  default void adam(
      AdamSpec spec, Tensor rates, Tensor values, Tensor gradients, Tensor m, Tensor v) {
    try (Scope _ = scope()) {
      Tensor stepSize = rates.part(0, Shape.scalar());
      Tensor varianceScale = rates.part(1, Shape.scalar());
      Tensor t = allocate(values.shape());
      map(new Unary.Affine((float) spec.beta1(), 0), m, m);
      accumulate((float) (1 - spec.beta1()), gradients, m);
      map(Unary.Elementary.SQUARE, gradients, t);
      map(new Unary.Affine((float) spec.beta2(), 0), v, v);
      accumulate((float) (1 - spec.beta2()), t, v);
      map(Unary.Elementary.SQRT, v, t);
      zip(Binary.Arithmetic.MUL, t, varianceScale, t);
      map(new Unary.Affine(1, (float) spec.eps()), t, t);
      zip(Binary.Arithmetic.DIV, m, t, t);
      zip(Binary.Arithmetic.MUL, t, stepSize, t);
      accumulate(-1, t, values);
    }
  }

  // ---- 8. replay

  /**
   * The step in the form that replays fastest: on a CPU the given object itself, on a GPU one that
   * runs it a few times and from then on replays what it recorded of it.
   *
   * @param step calls operations on tensors that outlive it and on temporaries of a {@link #scope}
   *     of its own, always the same; it neither uploads, reads nor synchronises, and decides
   *     nothing by values
   */
  default Runnable capture(Runnable step) {
    return step;
  }

  // ---- 9. for those who observe

  /**
   * How this engine computes a convolution or one of its gradients.
   *
   * @param x the shape of the input or of its gradient; {@code w} and {@code y} likewise
   */
  default Algorithm algorithm(ConvPass pass, ConvSpec spec, Shape x, Shape w, Shape y) {
    return Algorithm.ONLY;
  }

  /**
   * 10^9 floating-point operations a second, the most that this engine's processors can do:
   * measured by each call, in about a second. Empty if the engine does not strive for that.
   */
  default OptionalDouble peakGflops() {
    return OptionalDouble.empty();
  }

  /**
   * Names the layer that the calls from here on belong to; empty for none. It changes nothing but
   * what profiles and recordings say.
   */
  default void layer(String name) {
    // Engines compute; the backend in front of them observes.
  }

  /** The layer that was named last. */
  default String layer() {
    return "";
  }
}
