package lanewise.data;

import lanewise.picture.ResizeFilter;
import lanewise.picture.ResizeFilter.Taps;

/**
 * Bilinear resizing to the central square, with the filter, sample positions and 8-bit result
 * between the horizontal and the vertical pass of Pillow's {@code BILINEAR}, which torchvision uses
 * on images.
 */
final class BilinearResize {
  private final Taps taps;

  /** The {@code count} central positions of a side resized from {@code from} to {@code to}. */
  private BilinearResize(int from, long to, int count) {
    // Halves round to the even neighbour, as in Python's round().
    taps = ResizeFilter.BILINEAR.taps(from, to, Math.rint((to - count) / 2.0), count);
  }

  /**
   * The central square of an image resized to {@code height x width}. What lies outside the square
   * is never computed, so a very long image costs no more than a short one.
   */
  static ByteImage centered(ByteImage image, long height, long width, int side) {
    BilinearResize horizontal = new BilinearResize(image.width(), width, side);
    BilinearResize vertical = new BilinearResize(image.height(), height, side);
    byte[] rows = new byte[vertical.taps.span() * side];
    byte[] square = new byte[image.channels() * side * side];
    for (int c = 0; c < image.channels(); c++) {
      int firstRow = c * image.height() + vertical.taps.first()[0];
      horizontal.resizeRows(image.pixels(), firstRow * image.width(), image.width(), rows);
      vertical.resizeColumns(rows, square, c * side * side);
    }
    return new ByteImage(image.channels(), side, side, square);
  }

  /** Resizes rows of {@code width} pixels, as many as the target holds. */
  private void resizeRows(byte[] source, int from, int width, byte[] target) {
    int[] first = taps.first();
    int side = first.length;
    for (int i = 0; i < target.length; i++) {
      int x = i % side;
      target[i] = sum(source, from + i / side * width + first[x], 1, taps.weights()[x]);
    }
  }

  /** Resizes columns that begin at the first position that counts. */
  private void resizeColumns(byte[] source, byte[] target, int to) {
    int[] first = taps.first();
    int side = first.length;
    for (int i = 0; i < side * side; i++) {
      int y = i / side;
      target[to + i] =
          sum(source, (first[y] - first[0]) * side + i % side, side, taps.weights()[y]);
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
