package lanewise.backend.simd;

import static lanewise.backend.simd.WindowKernels.COLUMNS;
import static lanewise.backend.simd.WindowKernels.SPACING;
import static lanewise.backend.simd.WindowKernels.WINDOWS;

import java.util.Arrays;
import lanewise.backend.ConvSpec;

/**
 * The data gradient of a strided convolution of few input channels: as {@link ColumnGradient}, but
 * a whole row of the output's gradient at a time, whose columns are added in an order in which no
 * addition waits for the one before.
 */
final class DirectDataGradient {
  /** The least rows of an image worth a task. */
  private static final int MIN_BAND = 8;

  /** Rows of a task for each row that its neighbour computes again. */
  private static final int ROWS_PER_OVERLAP = 4;

  private final Workers workers;
  private final Buffer[] inputs;
  private final Buffer[] pixels;
  private final Buffer[] products;
  private final Buffer[] bands;

  DirectDataGradient(Workers workers) {
    this.workers = workers;
    inputs = Buffer.forEach(workers);
    pixels = Buffer.forEach(workers);
    products = Buffer.forEach(workers);
    bands = Buffer.forEach(workers);
  }

  /**
   * Computes dx for {@code images} images.
   *
   * @param right the filter, transposed: output channels x (kh, kw, input channels)
   */
  void run(ConvSpec spec, int kh, int kw, int images, Planes dy, RightPanels right, Planes dx) {
    int minBand = Math.max(MIN_BAND, ROWS_PER_OVERLAP * (kh - spec.strideH()));
    int bandsOfImage =
        Math.clamp(Math.ceilDiv(Blocks.TASKS, images), 1, Math.ceilDiv(dx.height(), minBand));
    Blocks blocks = Blocks.even(dx.height(), Math.ceilDiv(dx.height(), bandsOfImage), 1);
    PaddedRows rows =
        new PaddedRows(dy, new Axis(dy.height(), 0, 1, 1, 1), new Axis(dy.width(), 0, 1, 1, 1));
    int apart = Blocks.roundUp(dy.width(), WINDOWS) * SPACING;
    int[] taps = new int[dy.channels()];
    Arrays.setAll(taps, k -> k / SPACING * apart + k % SPACING);
    Bands bandsOfDx = new Bands(spec, kh, kw, dy, rows, taps, right, dx);
    workers.run(
        images * blocks.count(),
        (task, worker) -> {
          int band = task % blocks.count();
          int image = task / blocks.count();
          bandsOfDx.compute(image, blocks.start(band), blocks.length(band), worker);
        });
  }

  /** What the bands of dx, some rows of one image each, are computed from. */
  private final class Bands {
    private final ConvSpec spec;
    private final int kh;
    private final Planes dy;
    private final PaddedRows rows;
    private final int[] taps;
    private final RightPanels right;
    private final Planes dx;

    /** Elements from window to window, elements of a row of a window, and of a row of sums. */
    private final int step;

    private final int run;
    private final int pitch;

    Bands(
        ConvSpec spec,
        int kh,
        int kw,
        Planes dy,
        PaddedRows rows,
        int[] taps,
        RightPanels right,
        Planes dx) {
      this.spec = spec;
      this.kh = kh;
      this.dy = dy;
      this.rows = rows;
      this.taps = taps;
      this.right = right;
      this.dx = dx;
      step = spec.strideW() * dx.channels();
      run = kw * dx.channels();
      // As wide as all taps reach, so that columns need no clipping.
      pitch = Math.max((dy.width() - 1) * step + run, (spec.padW() + dx.width()) * dx.channels());
    }

    void compute(int image, int top, int height, int worker) {
      float[] sums = bands[worker].atLeast(height * pitch);
      Arrays.fill(sums, 0, height * pitch, 0);
      int first = Math.max(0, Math.ceilDiv(top + spec.padH() - kh + 1, spec.strideH()));
      int end = Math.min(dy.height(), (top + height - 1 + spec.padH()) / spec.strideH() + 1);
      int width = Blocks.roundUp(dy.width(), WINDOWS);
      int pieces = Math.ceilDiv(dy.channels(), SPACING);
      float[] spread = pixels[worker].atLeast(pieces * width * SPACING);
      for (int y = first; y < end; y++) {
        float[] input = rows.load(image, y, 1, inputs[worker]);
        for (int i = 0; i < pieces; i++) {
          WindowKernels.spread(
              input, Buffer.LINE + i * SPACING, dy.channels(), width, spread, i * width * SPACING);
        }
        float[] product = multiply(spread, worker);
        add(product, right.count() * COLUMNS, y * spec.strideH() - spec.padH() - top, height, sums);
      }
      for (int y = 0; y < height; y++) {
        dx.storeRow(image, top + y, sums, y * pitch + spec.padW() * dx.channels());
      }
    }

    private float[] multiply(float[] spread, int worker) {
      int ldc = right.count() * COLUMNS;
      float[] product = products[worker].atLeast(Blocks.roundUp(dy.width(), WINDOWS) * ldc);
      for (int panel = 0; panel < right.count(); panel++) {
        for (int x = 0; x < dy.width(); x += WINDOWS) {
          WindowKernels.products(
              Math.min(WINDOWS, dy.width() - x),
              right.columns() - panel * COLUMNS,
              taps,
              spread,
              x * SPACING,
              right.data(),
              right.at(panel, 0),
              product,
              x * ldc + panel * COLUMNS,
              ldc);
        }
      }
      return product;
    }

    /** Adds a row of columns to those rows, from {@code row} on, that lie in the band. */
    private void add(float[] columns, int ld, int row, int height, float[] sums) {
      // Far enough that the vectors, not only their windows, are disjoint: a masked load waits for
      // a store that it might overlap.
      int apart = Math.ceilDiv(Blocks.roundUp(run, Lanes.COUNT), step);
      for (int i = Math.max(0, -row); i < Math.min(kh, height - row); i++) {
        for (int first = 0; first < Math.min(apart, dy.width()); first++) {
          WindowKernels.addWindows(
              Math.ceilDiv(dy.width() - first, apart),
              run,
              columns,
              first * ld + i * run,
              apart * ld,
              sums,
              (row + i) * pitch + first * step,
              apart * step);
        }
      }
    }
  }
}
