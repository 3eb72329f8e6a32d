package lanewise.backend.simd;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Some rows of an image with the zeros that a convolution sees around them, in one array: there
 * every row of a window is contiguous.
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
    slack = WindowKernels.WINDOWS * step() + WindowKernels.SPACING;
    pitch = Math.max(reach, image.width() - across.origin()) * image.channels();
  }

  int pitch() {
    return pitch;
  }

  /** Windows of a row. */
  int width() {
    return across.positions();
  }

  /** Elements from window to window. */
  private int step() {
    return across.stride() * image.channels();
  }

  /** Rows of a window. */
  int taps() {
    return down.taps();
  }

  /** Elements of a row of a window. */
  int run() {
    return across.taps() * image.channels();
  }

  /** Rows from one row of windows to the next. */
  int stride() {
    return down.stride();
  }

  /** Rows that some positions of the window see. */
  int rows(int positions) {
    return (positions - 1) * down.stride() + down.taps();
  }

  /**
   * Loads what the window sees in {@code positions} rows of positions, from {@link Buffer#LINE} on.
   */
  float[] load(int n, int first, int positions, Buffer buffer) {
    int rows = rows(positions);
    float[] to = buffer.atLeast(Buffer.LINE + rows * pitch + slack);
    int top = first * down.stride() + down.origin();
    int left = -across.origin() * image.channels();
    int length = image.width() * image.channels();
    for (int i = 0; i < rows; i++) {
      int at = Buffer.LINE + i * pitch;
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

  /**
   * Copies the elements {@code from} to {@code from + count - 1} of one row of some windows, {@link
   * MicroKernels#ROW_STRIDE} apart, and up to a vector's length behind each what is to be ignored.
   *
   * @param input by {@link #load}
   * @param row of the input that is loaded
   */
  void pack(
      float[] input, int row, int first, int windows, int from, int count, float[] to, int at) {
    int start = Buffer.LINE + row * pitch + first * step() + from;
    for (int i = 0; i < count; i += Lanes.COUNT) {
      copy(input, start + i, step(), windows, to, at + i);
    }
  }

  private static void copy(float[] from, int start, int step, int windows, float[] to, int at) {
    for (int w = 0; w < windows; w++) {
      FloatVector.fromArray(Lanes.SPECIES, from, start + w * step)
          .intoArray(to, at + w * MicroKernels.ROW_STRIDE);
    }
  }
}
