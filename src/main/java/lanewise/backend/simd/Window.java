package lanewise.backend.simd;

import java.util.Arrays;

/**
 * The matrix of a convolution (im2col) without its storage: a row for each position of a sliding
 * window, in it the channels of each tap, with zeros outside of the image.
 */
final class Window implements RowSource {
  private final Planes image;
  private final Axis down;
  private final Axis across;

  /** Neighbouring taps that lie in memory one after the other. */
  private final int tapsPerRun;

  private final int runsPerRow;
  private final int runLength;

  Window(Planes image, Axis down, Axis across) {
    this.image = image;
    this.down = down;
    this.across = across;
    boolean contiguous = across.dilation() == 1 && image.channels() == image.pixel();
    tapsPerRun = contiguous ? across.taps() : 1;
    runsPerRow = contiguous ? 1 : across.taps();
    runLength = tapsPerRun * image.channels();
  }

  /** The windows as rows; where each is one pixel, the pixels as they lie in memory. */
  static RowSource rows(Planes image, Axis down, Axis across) {
    return down.isIdentity(image.height()) && across.isIdentity(image.width())
        ? image.pixels()
        : new Window(image, down, across);
  }

  /** Elements of a row. */
  int depth() {
    return down.taps() * across.taps() * image.channels();
  }

  @Override
  public void read(int row, int from, int count, float[] to, int at) {
    int x = row % across.positions() * across.stride() + across.origin();
    int rowOfAll = row / across.positions();
    int y = rowOfAll % down.positions() * down.stride() + down.origin();
    int n = rowOfAll / down.positions();
    int end = from + count;
    int run = from / runLength;
    int start = run * runLength;
    int tapX = run % runsPerRow * across.dilation();
    int tapY = run / runsPerRow * down.dilation();
    while (start < end) {
      int lo = Math.max(start, from);
      int hi = Math.min(start + runLength, end);
      readRun(n, y + tapY, x + tapX, lo - start, hi - start, to, at + lo - from);
      start += runLength;
      tapX += across.dilation();
      if (tapX == runsPerRow * across.dilation()) {
        tapX = 0;
        tapY += down.dilation();
      }
    }
  }

  /** Elements {@code lo} to {@code hi - 1} of the run of taps whose first is at (y, x). */
  private void readRun(int n, int y, int x, int lo, int hi, float[] to, int at) {
    int channels = image.channels();
    int left = lo;
    int right = hi;
    if (y < 0 || y >= image.height()) {
      right = lo;
    } else if (x < 0 || x + tapsPerRun > image.width()) {
      left = Math.clamp((long) -x * channels, lo, hi);
      right = Math.clamp((long) (image.width() - x) * channels, left, hi);
    }
    if (left > lo) {
      Arrays.fill(to, at, at + left - lo, 0);
    }
    if (right > left) {
      int first = image.at(n, y, x) + left;
      Transfer.load(image.data(), first, to, at + left - lo, right - left);
    }
    if (right < hi) {
      Arrays.fill(to, at + right - lo, at + hi - lo, 0);
    }
  }
}
