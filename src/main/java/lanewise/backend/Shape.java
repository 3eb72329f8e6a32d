package lanewise.backend;

/**
 * Logical dimensions in PyTorch's order, with the order in which the elements are stored.
 *
 * <p>Every tensor has four dimensions: an image batch is N x C x H x W, a matrix N x C x 1 x 1, a
 * per-channel vector 1 x C x 1 x 1, a scalar 1 x 1 x 1 x 1. Filters are out x in x kh x kw.
 *
 * @param n samples, or output channels of a filter
 * @param c channels, or input channels of a filter (per group)
 */
public record Shape(int n, int c, int h, int w, Layout layout) {

  public Shape {
    if (n < 1 || c < 1 || h < 1 || w < 1) {
      throw new IllegalArgumentException(
          "A shape needs positive dimensions, not %dx%dx%dx%d".formatted(n, c, h, w));
    }
    try {
      Math.multiplyExact(Math.multiplyExact(n, c), Math.multiplyExact(h, w));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "%dx%dx%dx%d is more than the 2^31-1 elements a tensor can hold".formatted(n, c, h, w),
          e);
    }
  }

  /** Images or activations, stored NHWC. */
  public static Shape of(int n, int c, int h, int w) {
    return new Shape(n, c, h, w, Layout.NHWC);
  }

  /** A convolution's filter, out x in x kh x kw (PyTorch's OIHW), stored HWIO. */
  public static Shape filter(int out, int in, int kh, int kw) {
    return new Shape(out, in, kh, kw, Layout.HWIO);
  }

  public static Shape matrix(int rows, int columns) {
    return of(rows, columns, 1, 1);
  }

  /** One value per channel. */
  public static Shape vector(int channels) {
    return of(1, channels, 1, 1);
  }

  public static Shape scalar() {
    return of(1, 1, 1, 1);
  }

  public int size() {
    return n * c * h * w;
  }

  /** Pixels of one plane. */
  public int plane() {
    return h * w;
  }

  public boolean isMatrix() {
    return h == 1 && w == 1 && layout == Layout.NHWC;
  }

  /** Whether a tensor of this shape broadcasts to {@code target}: each dimension equal or 1. */
  public boolean broadcastsTo(Shape target) {
    return layout == target.layout
            && (n == target.n || n == 1)
            && (c == target.c || c == 1)
            && (h == target.h || h == 1)
            && (w == target.w || w == 1)
        || size() == 1;
  }

  /**
   * The shape both operands broadcast to.
   *
   * @throws IllegalArgumentException if a dimension differs and is 1 in neither
   */
  public Shape broadcast(Shape other) {
    if (other.size() == 1 || equals(other)) {
      return this;
    }
    if (size() == 1) {
      return other;
    }
    Shape joined =
        new Shape(
            Math.max(n, other.n),
            Math.max(c, other.c),
            Math.max(h, other.h),
            Math.max(w, other.w),
            layout);
    if (!broadcastsTo(joined) || !other.broadcastsTo(joined)) {
      throw new IllegalArgumentException(this + " and " + other + " do not broadcast");
    }
    return joined;
  }

  @Override
  public String toString() {
    String dimensions = n + "x" + c + "x" + h + "x" + w;
    return layout == Layout.HWIO ? "filter " + dimensions : dimensions;
  }
}
