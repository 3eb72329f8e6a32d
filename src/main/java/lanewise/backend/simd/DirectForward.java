package lanewise.backend.simd;

import static lanewise.backend.simd.WindowKernels.COLUMNS;
import static lanewise.backend.simd.WindowKernels.SPACING;
import static lanewise.backend.simd.WindowKernels.WINDOWS;

import java.util.Arrays;

/**
 * The convolution of an image of few channels: its padded rows are spread once for all windows that
 * share them, so that neighbouring windows are a constant apart whatever their stride.
 */
final class DirectForward {
  /** Rows of output pixels at a time, for the first-level cache. */
  private static final int MAX_ROWS = 8;

  private final Workers workers;
  private final Buffer[] inputs;
  private final Buffer[] windows;
  private final Buffer[] products;

  DirectForward(Workers workers) {
    this.workers = workers;
    inputs = Buffer.forEach(workers);
    windows = Buffer.forEach(workers);
    products = Buffer.forEach(workers);
  }

  /**
   * Computes y for {@code images} images.
   *
   * @param right the filter: (kh, kw, input channels) x output channels
   */
  void run(Planes x, Axis down, Axis across, RightPanels right, Planes y, int images) {
    PaddedRows rows = new PaddedRows(x, down, across);
    int step = across.stride() * x.channels();
    int run = across.taps() * x.channels();
    int pieces = Math.ceilDiv(run, SPACING);
    int width = Blocks.roundUp(across.positions(), WINDOWS);
    int[] taps = taps(down.taps(), run, width);
    Blocks bands = bands(y.height(), images, MAX_ROWS);
    workers.run(
        images * bands.count(),
        (task, worker) -> {
          int image = task / bands.count();
          int first = bands.start(task % bands.count());
          int count = bands.length(task % bands.count());
          float[] input = rows.load(image, first, count, inputs[worker]);
          float[] spread = windows[worker].atLeast(rows.rows(count) * pieces * width * SPACING);
          for (int i = 0; i < rows.rows(count) * pieces; i++) {
            int at = i / pieces * rows.pitch() + i % pieces * SPACING;
            WindowKernels.spread(input, at, step, width, spread, i * width * SPACING);
          }
          for (int i = 0; i < count; i++) {
            int at = i * down.stride() * pieces * width * SPACING;
            row(taps, spread, at, right, products[worker], y, image, first + i);
          }
        });
  }

  /** Bands of rows of an image: as many as give every thread work, and none too large. */
  static Blocks bands(int height, int images, int maxRows) {
    int wanted = Math.ceilDiv(height, Math.ceilDiv(Blocks.TASKS, images));
    return Blocks.even(height, Math.clamp(wanted, 1, maxRows), 1);
  }

  /** Where a window's elements lie in spread rows. */
  static int[] taps(int rows, int run, int width) {
    int perRow = Math.ceilDiv(run, SPACING);
    int[] taps = new int[rows * run];
    Arrays.setAll(
        taps, k -> ((k / run * perRow + k % run / SPACING) * width * SPACING + k % run % SPACING));
    return taps;
  }

  private static void row(
      int[] taps,
      float[] input,
      int at,
      RightPanels right,
      Buffer buffer,
      Planes y,
      int n,
      int row) {
    int ldc = right.count() * COLUMNS;
    float[] product = buffer.atLeast(Buffer.LINE + WINDOWS * ldc);
    for (int from = 0; from < y.width(); from += WINDOWS) {
      int pixels = Math.min(WINDOWS, y.width() - from);
      for (int panel = 0; panel < right.count(); panel++) {
        WindowKernels.products(
            pixels,
            right.columns() - panel * COLUMNS,
            taps,
            input,
            at + from * SPACING,
            right.data(),
            right.at(panel, 0),
            product,
            Buffer.LINE + panel * COLUMNS,
            ldc);
      }
      store(product, ldc, pixels, y, y.at(n, row, from));
    }
  }

  private static void store(float[] product, int ldc, int pixels, Planes y, int start) {
    int channels = y.channels();
    if (channels == ldc) {
      Transfer.store(product, Buffer.LINE, y.data(), start, pixels * channels);
      return;
    }
    for (int p = 0; p < pixels; p++) {
      Transfer.store(product, Buffer.LINE + p * ldc, y.data(), start + p * channels, channels);
    }
  }
}
