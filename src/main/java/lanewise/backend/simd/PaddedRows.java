package lanewise.backend.simd;

import java.util.Arrays;

/**
 * Some rows of an image with the zeros that a convolution sees around them, in one array: there
 * every row of a window is contiguous, and windows need no copies of their own.
 */
final class PaddedRows {
  /** Elements behind the last row that kernels read and then ignore. */
  private final int slack;

  private final Planes image;
  private final Axis down;
  private final Axis across;

  /** From row to row. */
  private final int pitch;

  PaddedRows(Planes image, Axis down, Axis across) {
    this.image = image;
    this.down = down;
    this.across = across;
    int reach = (across.positions() - 1) * across.stride() + across.taps();
    pitch = Math.max(reach, image.width() - across.origin()) * image.channels();
    slack = WindowKernels.WINDOWS * across.stride() * image.channels() + WindowKernels.SPACING;
  }

  int pitch() {
    return pitch;
  }

  /** Rows that some positions of the window see. */
  int rows(int positions) {
    return (positions - 1) * down.stride() + down.taps();
  }

  /** Loads what the window sees in {@code positions} rows of positions. */
  float[] load(int n, int first, int positions, Buffer buffer) {
    int rows = rows(positions);
    float[] to = buffer.atLeast(rows * pitch + slack);
    int top = first * down.stride() + down.origin();
    int left = -across.origin() * image.channels();
    int length = image.width() * image.channels();
    for (int i = 0; i < rows; i++) {
      int at = i * pitch;
      int y = top + i;
      if (y < 0 || y >= image.height()) {
        Arrays.fill(to, at, at + pitch, 0);
      } else {
        Arrays.fill(to, at, at + left, 0);
        Transfer.load(image.data(), image.at(n, y, 0), to, at + left, length);
        Arrays.fill(to, at + left + length, at + pitch, 0);
      }
    }
    return to;
  }
}
