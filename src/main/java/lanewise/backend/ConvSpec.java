package lanewise.backend;

/**
 * The geometry of a convolution, as PyTorch's {@code conv2d} has it (cross-correlation, zero
 * padding on both sides).
 */
public record ConvSpec(
    int strideH, int strideW, int padH, int padW, int dilationH, int dilationW, int groups) {

  public ConvSpec {
    if (strideH < 1 || strideW < 1 || dilationH < 1 || dilationW < 1 || groups < 1) {
      throw new IllegalArgumentException("Stride, dilation and groups of a convolution are >= 1");
    }
    if (padH < 0 || padW < 0) {
      throw new IllegalArgumentException("The padding of a convolution is >= 0");
    }
  }

  public static ConvSpec of(int stride, int padding) {
    return new ConvSpec(stride, stride, padding, padding, 1, 1, 1);
  }

  /**
   * The output's shape for {@code x} (N x C x H x W) and {@code w} (out x C/groups x kh x kw).
   *
   * @throws IllegalArgumentException if the channels do not fit or the kernel exceeds the image
   */
  public Shape outputShape(Shape x, Shape w) {
    if (w.layout() != Layout.HWIO || x.c() != w.c() * groups || w.n() % groups != 0) {
      throw new IllegalArgumentException(
          "conv: input %s and %s do not fit for %d group(s)".formatted(x, w, groups));
    }
    int h = extent(x.h(), w.h(), strideH, padH, dilationH);
    int width = extent(x.w(), w.w(), strideW, padW, dilationW);
    if (h < 1 || width < 1) {
      throw new IllegalArgumentException(
          "conv: the kernel of %s is larger than the padded input %s".formatted(w, x));
    }
    return Shape.of(x.n(), w.n(), h, width);
  }

  /**
   * The output's shape of the transposed convolution, which is the input's shape of this one.
   *
   * @param dy N x out x H x W, the transposed convolution's input
   * @param w out x in/groups x kh x kw, PyTorch's layout for {@code ConvTranspose2d}
   * @param outputPadding rows and columns added at the bottom and right, less than the stride
   */
  public Shape transposedShape(Shape dy, Shape w, int outputPadding) {
    if (w.layout() != Layout.HWIO || dy.c() != w.n() || w.n() % groups != 0) {
      throw new IllegalArgumentException(
          "transposed conv: input %s and %s do not fit for %d group(s)".formatted(dy, w, groups));
    }
    if (outputPadding < 0
        || outputPadding >= Math.max(strideH, dilationH)
        || outputPadding >= Math.max(strideW, dilationW)) {
      throw new IllegalArgumentException(
          "transposed conv: output padding %d must be >= 0 and less than stride or dilation"
              .formatted(outputPadding));
    }
    int h = (dy.h() - 1) * strideH - 2 * padH + dilationH * (w.h() - 1) + 1 + outputPadding;
    int width = (dy.w() - 1) * strideW - 2 * padW + dilationW * (w.w() - 1) + 1 + outputPadding;
    if (h < 1 || width < 1) {
      throw new IllegalArgumentException(
          "transposed conv: nothing is left of %s after padding".formatted(dy));
    }
    return Shape.of(dy.n(), w.c() * groups, h, width);
  }

  private static int extent(int in, int kernel, int stride, int pad, int dilation) {
    return Math.floorDiv(in + 2 * pad - dilation * (kernel - 1) - 1, stride) + 1;
  }
}
