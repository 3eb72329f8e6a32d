package lanewise.data;

/**
 * Bilinear resizing with antialiasing: a triangle filter that widens with the factor when an image
 * shrinks, so that every source pixel counts.
 *
 * <p>The same filter, sample positions and 8-bit result between the horizontal and the vertical
 * pass as Pillow's {@code BILINEAR}, which torchvision uses on images.
 */
final class BilinearResize {
  /** The first source position of each output position, and the weights from there on. */
  private final int[] first;

  private final float[][] weights;

  /** The {@code count} central positions of a side resized from {@code from} to {@code to}. */
  private BilinearResize(int from, long to, int count) {
    first = new int[count];
    weights = new float[count][];
    double scale = (double) from / to;
    double reach = Math.max(scale, 1);
    // Halves round to the even neighbour, as in Python's round().
    double start = Math.rint((to - count) / 2.0);
    for (int i = 0; i < count; i++) {
      double center = (start + i + 0.5) * scale;
      int begin = Math.max(0, (int) (center - reach + 0.5));
      int end = Math.min(from, (int) (center + reach + 0.5));
      double[] triangle = new double[end - begin];
      double sum = 0;
      for (int k = 0; k < triangle.length; k++) {
        triangle[k] = Math.max(0, 1 - Math.abs(begin + k + 0.5 - center) / reach);
        sum += triangle[k];
      }
      first[i] = begin;
      weights[i] = new float[triangle.length];
      for (int k = 0; k < triangle.length; k++) {
        weights[i][k] = (float) (triangle[k] / sum);
      }
    }
  }

  /**
   * The central square of an image resized to {@code height x width}. What lies outside the square
   * is never computed, so a very long image costs no more than a short one.
   */
  static ByteImage centered(ByteImage image, long height, long width, int side) {
    BilinearResize horizontal = new BilinearResize(image.width(), width, side);
    BilinearResize vertical = new BilinearResize(image.height(), height, side);
    byte[] rows = new byte[vertical.span() * side];
    byte[] square = new byte[image.channels() * side * side];
    for (int c = 0; c < image.channels(); c++) {
      int firstRow = c * image.height() + vertical.first[0];
      horizontal.resizeRows(image.pixels(), firstRow * image.width(), image.width(), rows);
      vertical.resizeColumns(rows, square, c * side * side);
    }
    return new ByteImage(image.channels(), side, side, square);
  }

  /** The number of source positions from the first that counts to the last. */
  private int span() {
    int last = first.length - 1;
    return first[last] + weights[last].length - first[0];
  }

  /** Resizes rows of {@code width} pixels, as many as the target holds. */
  private void resizeRows(byte[] source, int from, int width, byte[] target) {
    int side = first.length;
    for (int i = 0; i < target.length; i++) {
      int x = i % side;
      target[i] = sum(source, from + i / side * width + first[x], 1, weights[x]);
    }
  }

  /** Resizes columns that begin at the first position that counts. */
  private void resizeColumns(byte[] source, byte[] target, int to) {
    int side = first.length;
    for (int i = 0; i < side * side; i++) {
      int y = i / side;
      target[to + i] = sum(source, (first[y] - first[0]) * side + i % side, side, weights[y]);
    }
  }

  private static byte sum(byte[] source, int from, int stride, float[] weights) {
    float sum = 0.5f;
    for (int k = 0; k < weights.length; k++) {
      sum += weights[k] * (source[from + k * stride] & 0xFF);
    }
    return (byte) Math.min(255, (int) sum);
  }
}
