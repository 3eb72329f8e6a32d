package lanewise.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import lanewise.autograd.Node.Vjp;
import lanewise.backend.Activation;
import lanewise.backend.AxisOrder;
import lanewise.backend.Backend;
import lanewise.backend.Binary;
import lanewise.backend.Binary.Arithmetic;
import lanewise.backend.ElementType;
import lanewise.backend.Layout;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.Unary;
import lanewise.backend.Unary.Elementary;

/**
 * The differentiable operations on tensors, each beside its vector-Jacobian product: arithmetic,
 * functions of one element, sums, shapes, parts and products of matrices. {@link Functional} has
 * those of layers.
 *
 * <p>Results are allocated from the backend's innermost scope. An operation is remembered if one of
 * its inputs requires a gradient.
 */
public final class Ops {
  private static final AtomicLong SEQUENCE = new AtomicLong();

  private static final float SELU_ALPHA = 1.6732632423543772f;
  private static final float SELU_SCALE = 1.0507009873554805f;

  private Ops() {}

  static Variable record(String operation, Tensor y, Vjp vjp, Variable x) {
    return x.requiresGradient()
        ? remember(operation, y, vjp, x)
        : Variable.constant(x.backend(), y);
  }

  static Variable record(String operation, Tensor y, Vjp vjp, Variable a, Variable b) {
    return a.requiresGradient() || b.requiresGradient()
        ? remember(operation, y, vjp, a, b)
        : Variable.constant(a.backend(), y);
  }

  static Variable record(String operation, Tensor y, Vjp vjp, Variable[] inputs) {
    for (Variable input : inputs) {
      if (input.requiresGradient()) {
        return remember(operation, y, vjp, inputs);
      }
    }
    return Variable.constant(inputs[0].backend(), y);
  }

  private static Variable remember(String operation, Tensor y, Vjp vjp, Variable... inputs) {
    Backend backend = inputs[0].backend();
    Node node = new Node(SEQUENCE.getAndIncrement(), operation, backend.layer(), inputs, vjp);
    return Variable.computed(backend, y, node);
  }

  /** Memory of that shape, stored as x is. */
  static Tensor allocate(Variable x, Shape shape) {
    return x.tensor().type() == ElementType.F32
        ? x.backend().allocate(shape)
        : x.backend().allocateActivation(shape);
  }

  static Tensor like(Variable x) {
    return allocate(x, x.shape());
  }

  /**
   * Memory for a pointwise result. What has one pixel is small, and losses are made of it: that is
   * fp32 however the operand is stored.
   */
  private static Tensor pointwise(Variable x, Shape shape) {
    return shape.plane() == 1 ? x.backend().allocate(shape) : allocate(x, shape);
  }

  // ---- arithmetic, with broadcasting

  public static Variable add(Variable a, Variable b) {
    return record(
        "add",
        zip(Arithmetic.ADD, a, b),
        (at, dy) -> {
          if (at.wants(0)) {
            at.give(0, sum(dy, at.shape(0)));
          }
          if (at.wants(1)) {
            at.give(1, sum(dy, at.shape(1)));
          }
        },
        a,
        b);
  }

  public static Variable sub(Variable a, Variable b) {
    return record(
        "sub",
        zip(Arithmetic.SUB, a, b),
        (at, dy) -> {
          if (at.wants(0)) {
            at.give(0, sum(dy, at.shape(0)));
          }
          if (at.wants(1)) {
            at.give(1, neg(sum(dy, at.shape(1))));
          }
        },
        a,
        b);
  }

  public static Variable mul(Variable a, Variable b) {
    return record(
        "mul",
        zip(Arithmetic.MUL, a, b),
        (at, dy) -> {
          if (at.wants(0)) {
            at.give(0, sum(mul(dy, at.in(1)), at.shape(0)));
          }
          if (at.wants(1)) {
            at.give(1, sum(mul(dy, at.in(0)), at.shape(1)));
          }
        },
        a,
        b);
  }

  public static Variable div(Variable a, Variable b) {
    return record(
        "div",
        zip(Arithmetic.DIV, a, b),
        (at, dy) -> {
          Variable quotient = div(dy, at.in(1));
          if (at.wants(0)) {
            at.give(0, sum(quotient, at.shape(0)));
          }
          if (at.wants(1)) {
            at.give(1, neg(sum(mul(quotient, at.out()), at.shape(1))));
          }
        },
        a,
        b);
  }

  private static Tensor zip(Binary f, Variable a, Variable b) {
    Variable stored = a.tensor().type() == ElementType.F32 ? b : a;
    Tensor y = pointwise(stored, a.shape().broadcast(b.shape()));
    a.backend().zip(f, a.tensor(), b.tensor(), y);
    return y;
  }

  /**
   * {@code torch.maximum}, to within a rounding error: {@code a + relu(b - a)}. Where both are
   * equal, the gradient is a's.
   */
  public static Variable max(Variable a, Variable b) {
    return add(a, relu(sub(b, a)));
  }

  /** {@code torch.gt}: 1 where a is larger than b, 0 elsewhere; a constant. */
  public static Variable gt(Variable a, Variable b) {
    return relu(constant(Elementary.SIGN, sub(a.detach(), b.detach())));
  }

  /** {@code scale * x + shift} with constants. */
  public static Variable affine(Variable x, float scale, float shift) {
    return record(
        "affine",
        map(new Unary.Affine(scale, shift), x),
        (at, dy) -> at.give(0, affine(dy, scale, 0)),
        x);
  }

  public static Variable neg(Variable x) {
    return affine(x, -1, 0);
  }

  // ---- functions of one element

  private static Tensor map(Unary f, Variable x) {
    Tensor y = pointwise(x, x.shape());
    x.backend().map(f, x.tensor(), y);
    return y;
  }

  public static Variable exp(Variable x) {
    return record("exp", map(Elementary.EXP, x), (at, dy) -> at.give(0, mul(dy, at.out())), x);
  }

  /** The natural logarithm. */
  public static Variable log(Variable x) {
    return record("log", map(Elementary.LOG, x), (at, dy) -> at.give(0, div(dy, at.in(0))), x);
  }

  public static Variable sqrt(Variable x) {
    return record(
        "sqrt",
        map(Elementary.SQRT, x),
        (at, dy) -> at.give(0, affine(div(dy, at.out()), 0.5f, 0)),
        x);
  }

  public static Variable reciprocal(Variable x) {
    return record(
        "reciprocal",
        map(Elementary.RECIPROCAL, x),
        (at, dy) -> at.give(0, neg(mul(dy, square(at.out())))),
        x);
  }

  public static Variable abs(Variable x) {
    return record(
        "abs",
        map(Elementary.ABS, x),
        (at, dy) -> at.give(0, mul(dy, constant(Elementary.SIGN, at.in(0)))),
        x);
  }

  public static Variable square(Variable x) {
    return record(
        "square",
        map(Elementary.SQUARE, x),
        (at, dy) -> at.give(0, affine(mul(dy, at.in(0)), 2, 0)),
        x);
  }

  public static Variable tanh(Variable x) {
    return record(
        "tanh",
        map(Elementary.TANH, x),
        (at, dy) -> at.give(0, mul(dy, affine(square(at.out()), -1, 1))),
        x);
  }

  public static Variable sigmoid(Variable x) {
    return record(
        "sigmoid",
        map(Elementary.SIGMOID, x),
        (at, dy) -> at.give(0, mul(dy, mul(at.out(), affine(at.out(), -1, 1)))),
        x);
  }

  /** {@code log(1 + exp(x))}. */
  public static Variable softplus(Variable x) {
    return record(
        "softplus",
        map(Elementary.SOFTPLUS, x),
        (at, dy) -> at.give(0, mul(dy, sigmoid(at.in(0)))),
        x);
  }

  public static Variable relu(Variable x) {
    return leakyRelu(x, 0);
  }

  public static Variable leakyRelu(Variable x, float slope) {
    return record(
        "leakyRelu",
        map(new Unary.LeakyRelu(slope), x),
        (at, dy) -> at.give(0, leakyReluGradient(at, at.in(0), dy, slope)),
        x);
  }

  /**
   * {@link #leakyRelu} in the memory of x, as PyTorch's {@code inplace=True}.
   *
   * @param x a result that nothing else reads, not even the gradient of what computed it: a product
   *     of matrices or a convolution, not a leaf
   */
  public static Variable leakyReluInPlace(Variable x, Activation activation) {
    x.backend().map(new Unary.LeakyRelu(activation.slope()), x.tensor(), x.tensor());
    // An activation's slope is not negative, so the output has the sign of the input.
    return record(
        "leakyRelu",
        x.tensor(),
        (at, dy) -> at.give(0, leakyReluGradient(at, at.out(), dy, activation.slope())),
        x);
  }

  /** {@code x > 0 ? dy : slope * dy}; piecewise constant in x, so its gradient is in dy alone. */
  static Variable leakyReluGradient(Variable x, Variable dy, float slope) {
    return record(
        "leakyReluGradient",
        zip(new Binary.LeakyReluGradient(slope), x, dy),
        (at, ddy) -> at.give(1, leakyReluGradient(at.in(0), ddy, slope)),
        x.detach(),
        dy);
  }

  /** {@link #leakyReluGradient} in a backward pass: in the memory of dy where that is free. */
  static Variable leakyReluGradient(Node.Backpropagation at, Variable x, Variable dy, float slope) {
    if (dy.tensor().type() != x.tensor().type() || !at.mayOverwrite(dy)) {
      return leakyReluGradient(x, dy, slope);
    }
    x.backend().zip(new Binary.LeakyReluGradient(slope), x.tensor(), dy.tensor(), dy.tensor());
    return dy;
  }

  /** {@code torch.clamp(x, low, high)}; either bound may be infinite. */
  public static Variable clip(Variable x, float low, float high) {
    return record(
        "clip",
        map(new Unary.Clip(low, high), x),
        (at, dy) -> {
          // 1 for what was moved to a bound, 0 for the rest.
          Variable moved = abs(constant(Elementary.SIGN, sub(at.out(), at.in(0)).detach()));
          at.give(0, mul(dy, affine(moved, -1, 1)));
        },
        x);
  }

  /** {@code torch.nn.functional.elu}: {@code x > 0 ? x : alpha * (exp(x) - 1)}. */
  public static Variable elu(Variable x, float alpha) {
    Variable negative = affine(exp(clip(x, Float.NEGATIVE_INFINITY, 0)), alpha, -alpha);
    return add(relu(x), negative);
  }

  /** {@code torch.nn.functional.selu} (Klambauer et al. 2017). */
  public static Variable selu(Variable x) {
    return affine(elu(x, SELU_ALPHA), SELU_SCALE, 0);
  }

  /**
   * {@code torch.nn.functional.prelu}: a LeakyReLU with slopes that are trained.
   *
   * @param slope what broadcasts to x: one slope, or one for each channel
   */
  public static Variable prelu(Variable x, Variable slope) {
    return sub(relu(x), mul(relu(neg(x)), slope));
  }

  /** {@code torch.nn.functional.hardsigmoid}: {@code x / 6 + 1 / 2} within 0 and 1. */
  public static Variable hardSigmoid(Variable x) {
    return clip(affine(x, 1f / 6, 0.5f), 0, 1);
  }

  /** A function whose own derivative is zero almost everywhere. */
  private static Variable constant(Unary f, Variable x) {
    return Variable.constant(x.backend(), map(f, x));
  }

  static Variable zeros(Variable x) {
    Tensor y = like(x);
    x.backend().fill(y, 0);
    return Variable.constant(x.backend(), y);
  }

  // ---- reductions and shapes

  /** Sums over the dimensions in which {@code shape} is 1. */
  public static Variable sum(Variable x, Shape shape) {
    if (shape.equals(x.shape())) {
      return x;
    }
    Tensor y = x.backend().allocate(shape);
    x.backend().sum(x.tensor(), y);
    return record("sum", y, (at, dy) -> at.give(0, expand(dy, at.shape(0))), x);
  }

  /** The mean over all elements: a scalar. */
  public static Variable mean(Variable x) {
    return affine(sum(x, Shape.scalar()), 1f / x.shape().size(), 0);
  }

  /** Repeats x along its dimensions of 1. */
  public static Variable expand(Variable x, Shape shape) {
    if (shape.equals(x.shape())) {
      return x;
    }
    Tensor y = x.backend().allocate(shape);
    x.backend().copy(x.tensor(), y);
    return record("expand", y, (at, dy) -> at.give(0, sum(dy, at.shape(0))), x);
  }

  /** The same elements under another shape; see {@link Tensor#reshape} for what is refused. */
  public static Variable reshape(Variable x, Shape shape) {
    return record(
        "reshape", x.tensor().reshape(shape), (at, dy) -> at.give(0, reshape(dy, at.shape(0))), x);
  }

  /**
   * The same memory under another shape of the same size, whatever order that means; {@link
   * #reshape} is for callers who think in PyTorch's order.
   */
  public static Variable view(Variable x, Shape shape) {
    return record(
        "view", x.tensor().part(0, shape), (at, dy) -> at.give(0, view(dy, at.shape(0))), x);
  }

  // ---- parts and their composition

  /**
   * {@code torch.cat(xs, 1)}: side by side along the channels.
   *
   * @param xs at least one, with the same N, H and W
   */
  public static Variable concat(List<Variable> xs) {
    if (xs.size() == 1) {
      return xs.getFirst();
    }
    Variable stored = xs.getFirst();
    int channels = 0;
    for (Variable x : xs) {
      channels += x.shape().c();
      stored = stored.tensor().type() == ElementType.F32 ? x : stored;
    }
    Tensor y = allocate(stored, withChannels(stored.shape(), channels));
    int[] starts = new int[xs.size()];
    int start = 0;
    for (int i = 0; i < starts.length; i++) {
      Variable x = xs.get(i);
      x.backend().copyChannels(x.tensor(), 0, y, start, x.shape().c());
      starts[i] = start;
      start += x.shape().c();
    }
    return record(
        "concat",
        y,
        (at, dy) -> {
          for (int i = 0; i < starts.length; i++) {
            if (at.wants(i)) {
              at.give(i, channels(dy, starts[i], at.in(i).shape().c()));
            }
          }
        },
        xs.toArray(Variable[]::new));
  }

  /** {@code torch.narrow(x, 1, from, count)}: some of the channels. */
  public static Variable channels(Variable x, int from, int count) {
    if (count == x.shape().c() && from == 0) {
      return x;
    }
    Tensor y = allocate(x, withChannels(x.shape(), count));
    x.backend().copyChannels(x.tensor(), from, y, 0, count);
    return record(
        "channels", y, (at, dy) -> at.give(0, channelsAdjoint(dy, from, at.in(0).shape().c())), x);
  }

  /** These channels from {@code from} on among {@code channels}, of which the others are zero. */
  private static Variable channelsAdjoint(Variable dy, int from, int channels) {
    int count = dy.shape().c();
    Tensor dx = allocate(dy, withChannels(dy.shape(), channels));
    dy.backend().fill(dx, 0);
    dy.backend().copyChannels(dy.tensor(), 0, dx, from, count);
    return record("channelsAdjoint", dx, (at, ddx) -> at.give(0, channels(ddx, from, count)), dy);
  }

  private static Shape withChannels(Shape s, int channels) {
    return Shape.of(s.n(), channels, s.h(), s.w());
  }

  /**
   * {@code torch.narrow(x, 0, from, count)}: a run of samples, as a view.
   *
   * @throws IllegalArgumentException if x does not have them, or is a filter
   */
  public static Variable samples(Variable x, int from, int count) {
    Shape shape = x.shape();
    boolean isBatch = shape.layout() == Layout.NHWC;
    if (!isBatch || from < 0 || count < 1 || count > shape.n() - from) {
      throw new IllegalArgumentException(
          "samples: there are no %d samples from %d on in %s".formatted(count, from, shape));
    }
    if (count == shape.n()) {
      return x;
    }
    return record(
        "samples",
        part(x.tensor(), from, count),
        (at, dy) -> at.give(0, samplesAdjoint(dy, from, shape.n())),
        x);
  }

  /** These samples from {@code from} on among {@code samples}, of which the others are zero. */
  private static Variable samplesAdjoint(Variable dy, int from, int samples) {
    int count = dy.shape().n();
    Tensor dx = allocate(dy, withSamples(dy.shape(), samples));
    dy.backend().fill(dx, 0);
    dy.backend().copy(dy.tensor(), part(dx, from, count));
    return record("samplesAdjoint", dx, (at, ddx) -> at.give(0, samples(ddx, from, count)), dy);
  }

  private static Tensor part(Tensor x, int from, int count) {
    long sample = x.shape().size() / x.shape().n();
    return x.part(from * sample, withSamples(x.shape(), count));
  }

  private static Shape withSamples(Shape s, int samples) {
    return Shape.of(samples, s.c(), s.h(), s.w());
  }

  /**
   * Packs of {@code m} samples as one of m times the channels: N x C x H x W becomes N/m x m*C x H
   * x W, for a discriminator that sees several samples at once (PacGAN, Lin et al. 2018). Slot i of
   * a pack holds a sample of the i-th run of N/m samples.
   *
   * @throws IllegalArgumentException if m does not divide N
   */
  public static Variable pack(Variable x, int m) {
    int samples = x.shape().n();
    if (m < 1 || samples % m != 0) {
      throw new IllegalArgumentException(
          "pack: %d does not divide the samples of %s".formatted(m, x.shape()));
    }
    int packs = samples / m;
    List<Variable> slots = new ArrayList<>(m);
    for (int i = 0; i < m; i++) {
      slots.add(samples(x, i * packs, packs));
    }
    return concat(slots);
  }

  /**
   * The images of each run of {@code count} samples, one below the other: N x C x H x W becomes
   * N/count x C x count*H x W, in einops' notation {@code (n m) c h w -> n c (m h) w}. A view: so
   * they lie in memory. It lets sums over samples be sums over some of them.
   *
   * @throws IllegalArgumentException if {@code count} does not divide N
   */
  public static Variable stackImages(Variable x, int count) {
    Shape s = x.shape();
    if (count < 1 || s.n() % count != 0) {
      throw new IllegalArgumentException(
          "stackImages: %d does not divide the samples of %s".formatted(count, s));
    }
    return view(x, Shape.of(s.n() / count, s.c(), s.h() * count, s.w()));
  }

  /**
   * The inverse of {@link #stackImages}: each image cut into {@code count}, from top to bottom.
   *
   * @throws IllegalArgumentException if {@code count} does not divide H
   */
  public static Variable cutImages(Variable x, int count) {
    Shape s = x.shape();
    if (count < 1 || s.h() % count != 0) {
      throw new IllegalArgumentException(
          "cutImages: %d does not divide the height of %s".formatted(count, s));
    }
    return view(x, Shape.of(s.n() * count, s.c(), s.h() / count, s.w()));
  }

  // ---- matrices

  /** {@code op(a) op(b)}, where op transposes if asked to. */
  public static Variable matmul(Variable a, boolean transposeA, Variable b, boolean transposeB) {
    int rows = transposeA ? a.shape().c() : a.shape().n();
    int columns = transposeB ? b.shape().n() : b.shape().c();
    Tensor c = a.backend().allocate(Shape.matrix(rows, columns));
    a.backend().gemm(transposeA, transposeB, 1, a.tensor(), b.tensor(), 0, c);
    return record(
        "matmul",
        c,
        (at, dc) -> {
          if (at.wants(0)) {
            at.give(
                0,
                transposeA
                    ? matmul(at.in(1), transposeB, dc, true)
                    : matmul(dc, false, at.in(1), !transposeB));
          }
          if (at.wants(1)) {
            at.give(
                1,
                transposeB
                    ? matmul(dc, true, at.in(0), transposeA)
                    : matmul(at.in(0), !transposeA, dc, false));
          }
        },
        a,
        b);
  }

  // ---- a matrix for each sample: two operations, each a derivative of the other

  /**
   * The products of a's channels with b's, summed over the pixels of each sample; with {@code b}
   * being {@code a} its Gram matrix, without its usual scale.
   *
   * @param a N x C x H x W
   * @param b N x D x H x W
   * @return N x D x C x 1: {@code torch.einsum("nchw,ndhw->ndc", a, b)}
   */
  public static Variable channelProducts(Variable a, Variable b) {
    Shape s = a.shape();
    Shape product = Shape.of(s.n(), b.shape().c(), s.c(), 1);
    Tensor y = a.backend().allocate(product);
    for (int n = 0; n < s.n(); n++) {
      a.backend().gemm(true, false, 1, pixels(a, n), pixels(b, n), 0, matrix(y, n));
    }
    return record(
        "channelProducts",
        y,
        (at, dy) -> {
          if (at.wants(0)) {
            at.give(0, mixChannels(at.in(1), dy, true));
          }
          if (at.wants(1)) {
            at.give(1, mixChannels(at.in(0), dy, false));
          }
        },
        a,
        b);
  }

  /**
   * Linear combinations of the channels, others for each sample: {@code torch.einsum}'s {@code
   * "nchw,ndc->ndhw"}, or with {@code transpose} {@code "ndhw,ndc->nchw"}.
   *
   * @param x N x C x H x W, or N x D x H x W
   * @param m N x D x C x 1, as {@link #channelProducts} has it
   */
  public static Variable mixChannels(Variable x, Variable m, boolean transpose) {
    Shape s = m.shape();
    Tensor y = allocate(x, withChannels(x.shape(), transpose ? s.h() : s.c()));
    for (int n = 0; n < s.n(); n++) {
      x.backend().gemm(false, transpose, 1, pixels(x, n), matrix(m.tensor(), n), 0, pixels(y, n));
    }
    return record(
        "mixChannels",
        y,
        (at, dy) -> {
          if (at.wants(0)) {
            at.give(0, mixChannels(dy, at.in(1), !transpose));
          }
          if (at.wants(1)) {
            Variable in = at.in(0);
            at.give(1, transpose ? channelProducts(dy, in) : channelProducts(in, dy));
          }
        },
        x,
        m);
  }

  /** A sample as a matrix, a row for each pixel. */
  private static Tensor pixels(Tensor x, int sample) {
    Shape s = x.shape();
    return x.part((long) sample * s.c() * s.plane(), Shape.matrix(s.plane(), s.c()));
  }

  private static Tensor pixels(Variable x, int sample) {
    return pixels(x.tensor(), sample);
  }

  /** A sample's matrix, N x columns x rows x 1. */
  private static Tensor matrix(Tensor m, int sample) {
    Shape s = m.shape();
    return m.part((long) sample * s.c() * s.h(), Shape.matrix(s.h(), s.c()));
  }

  // ---- the order of elements

  /**
   * The elements in another order, under another shape.
   *
   * @param order of x's memory, not of its logical dimensions
   * @param shape of the result, whose memory is in the order that {@code order} gives
   */
  public static Variable permute(Variable x, AxisOrder order, Shape shape) {
    Tensor y = pointwise(x, shape);
    x.backend().permute(order, x.tensor(), y);
    return record(
        "permute", y, (at, dy) -> at.give(0, permute(dy, order.inverse(), at.shape(0))), x);
  }

  /**
   * {@code torch.flatten(x, 1)}: a row of all channels, one after the other, for each sample. The
   * elements move, since they are stored pixel by pixel.
   */
  public static Variable flatten(Variable x) {
    Shape s = x.shape();
    Shape rows = Shape.matrix(s.n(), s.size() / s.n());
    return s.plane() == 1 || s.c() == 1 ? view(x, rows) : permute(x, AxisOrder.toPyTorch(s), rows);
  }
}
