package lanewise.data;

import java.util.function.DoubleUnaryOperator;

/**
 * Resizing with antialiasing: a filter that widens with the factor when an image shrinks, so that
 * every source pixel counts.
 *
 * <p>The same filters, sample positions and 8-bit result between the horizontal and the vertical
 * pass as Pillow's, which torchvision uses on images.
 */
final class Resize {
  /** Pillow's {@code BILINEAR}. */
  static final Filter BILINEAR = new Filter(1, x -> Math.max(0, 1 - Math.abs(x)));

  /** Pillow's {@code BICUBIC}: Keys 1981 with a = -0.5. */
  static final Filter BICUBIC = new Filter(2, x -> cubic(Math.abs(x)));

  /**
   * How much a source pixel counts by its distance, in pixels of the smaller image.
   *
   * @param reach beyond which it is 0
   */
  record Filter(double reach, DoubleUnaryOperator weight) {}

  /** The first source position of each output position, and the weights from there on. */
  private final int[] first;

  private final float[][] weights;

  /** The {@code count} central positions of a side resized from {@code from} to {@code to}. */
  private Resize(Filter filter, int from, long to, int count) {
    first = new int[count];
    weights = new float[count][];
    double scale = (double) from / to;
    double widening = Math.max(scale, 1);
    double reach = filter.reach * widening;
    // Halves round to the even neighbour, as in Python's round().
    double start = Math.rint((to - count) / 2.0);
    for (int i = 0; i < count; i++) {
      double center = (start + i + 0.5) * scale;
      int begin = Math.max(0, (int) (center - reach + 0.5));
      int end = Math.min(from, (int) (center + reach + 0.5));
      double[] counts = new double[end - begin];
      double sum = 0;
      for (int k = 0; k < counts.length; k++) {
        counts[k] = filter.weight.applyAsDouble((begin + k + 0.5 - center) / widening);
        sum += counts[k];
      }
      first[i] = begin;
      weights[i] = new float[counts.length];
      for (int k = 0; k < counts.length; k++) {
        weights[i][k] = (float) (counts[k] / sum);
      }
    }
  }

  private static double cubic(double x) {
    if (x < 1) {
      return (1.5 * x - 2.5) * x * x + 1;
    }
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
  }

  /** An image resized to other sides. */
  static ByteImage whole(Filter filter, ByteImage image, int height, int width) {
    return part(
        new Resize(filter, image.height(), height, height),
        new Resize(filter, image.width(), width, width),
        image);
  }

  /**
   * The central square of an image resized to {@code height x width}. What lies outside the square
   * is never computed, so a very long image costs no more than a short one.
   */
  static ByteImage centered(ByteImage image, long height, long width, int side) {
    return part(
        new Resize(BILINEAR, image.height(), height, side),
        new Resize(BILINEAR, image.width(), width, side),
        image);
  }

  private static ByteImage part(Resize vertical, Resize horizontal, ByteImage image) {
    int height = vertical.first.length;
    int width = horizontal.first.length;
    byte[] rows = new byte[vertical.span() * width];
    byte[] resized = new byte[image.channels() * height * width];
    for (int c = 0; c < image.channels(); c++) {
      int firstRow = c * image.height() + vertical.first[0];
      horizontal.resizeRows(image.pixels(), firstRow * image.width(), image.width(), rows);
      vertical.resizeColumns(rows, width, resized, c * height * width);
    }
    return new ByteImage(image.channels(), height, width, resized);
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
  private void resizeColumns(byte[] source, int width, byte[] target, int to) {
    for (int i = 0; i < first.length * width; i++) {
      int y = i / width;
      target[to + i] = sum(source, (first[y] - first[0]) * width + i % width, width, weights[y]);
    }
  }

  private static byte sum(byte[] source, int from, int stride, float[] weights) {
    float sum = 0.5f;
    for (int k = 0; k < weights.length; k++) {
      sum += weights[k] * (source[from + k * stride] & 0xFF);
    }
    return (byte) Math.clamp((int) sum, 0, 255);
  }
}
