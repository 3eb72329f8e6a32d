package lanewise.inference;

import lanewise.nn.GraphOperation.Convolution;
import lanewise.nn.GraphOperation.TransposedConvolution;

/** Rows of an image: from the first up to, and without, another. */
record Rows(int from, int to) {

  int count() {
    return to - from;
  }

  /** Those of them that an image of some height has. */
  Rows within(int height) {
    return new Rows(Math.max(from, 0), Math.min(to, height));
  }

  /** The input rows that these rows of a convolution see; some are above or below the image. */
  Rows seenBy(Convolution c) {
    int first = from * c.spec().strideH() - c.spec().padH();
    int last = (to - 1) * c.spec().strideH() - c.spec().padH();
    return new Rows(first, last + reach(c.spec().dilationH(), c.weight().dimensions()) + 1);
  }

  /**
   * The input rows that reach these rows of a transposed convolution; some are above or below the
   * image. An input row i reaches the rows {@code i * stride - pad} and the next ones, as many as
   * the kernel has.
   */
  Rows seenBy(TransposedConvolution c) {
    int reach = reach(c.spec().dilationH(), c.weight().dimensions());
    int first = Math.ceilDiv(from + c.spec().padH() - reach, c.spec().strideH());
    int last = Math.floorDiv(to - 1 + c.spec().padH(), c.spec().strideH());
    return new Rows(first, last + 1);
  }

  /** Rows behind the first one that a kernel has. */
  static int reach(int dilation, long[] filter) {
    return dilation * (int) (filter[2] - 1);
  }
}
