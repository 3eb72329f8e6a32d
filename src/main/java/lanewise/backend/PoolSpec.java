package lanewise.backend;

/** The windows of a pooling: those of the rows by those of the columns. */
public record PoolSpec(Side rows, Side columns) {

  /**
   * The windows along one side of an image.
   *
   * @param kernel pixels of a window
   * @param stride from one window to the next
   * @param before pixels of padding before the image, fewer than a window has; {@code after}
   *     likewise
   * @param ceil whether windows that the padded image cuts off count too, unless they start behind
   *     the image
   */
  public record Side(int kernel, int stride, int before, int after, boolean ceil) {

    public Side {
      if (kernel < 1 || stride < 1) {
        throw new IllegalArgumentException("Kernel and stride of a pooling are >= 1");
      }
      if (before < 0 || after < 0 || Math.max(before, after) >= kernel) {
        throw new IllegalArgumentException("The padding of a pooling is >= 0 and < its kernel");
      }
    }

    /** How many windows an image of {@code size} pixels has; may be 0 or less. */
    public int outputs(int size) {
      int room = size + before + after - kernel;
      if (!ceil) {
        return Math.floorDiv(room, stride) + 1;
      }
      int count = Math.ceilDiv(room, stride) + 1;
      return start(count - 1) < size ? count : count - 1;
    }

    /** The first pixel of a window; negative in the padding. */
    public int start(int window) {
      return window * stride - before;
    }
  }

  /** Square windows with the same padding on all sides. */
  public static PoolSpec of(int kernel, int stride, int padding) {
    Side side = new Side(kernel, stride, padding, padding, false);
    return new PoolSpec(side, side);
  }

  /**
   * The shape of what comes out.
   *
   * @throws IllegalArgumentException if the window is larger than the padded image
   */
  public Shape outputShape(Shape x) {
    int h = rows.outputs(x.h());
    int w = columns.outputs(x.w());
    if (h < 1 || w < 1) {
      throw new IllegalArgumentException(
          "pooling: the window of %dx%d pixels is larger than the padded input %s"
              .formatted(rows.kernel, columns.kernel, x));
    }
    return Shape.of(x.n(), x.c(), h, w);
  }
}
