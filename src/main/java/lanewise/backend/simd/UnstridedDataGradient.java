package lanewise.backend.simd;

import static lanewise.backend.simd.MicroKernels.COLUMNS;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import lanewise.backend.ConvSpec;

/**
 * The data gradient of a convolution of few input channels without stride.
 *
 * <p>A pixel of dx is a sum over the filter's taps. A product sums over those of each column: its
 * windows slide down dy, one pixel wide, and its columns are the filter's columns and the input
 * channels. That leaves one addition for each of the filter's columns instead of one for each tap.
 */
final class UnstridedDataGradient {
  /** Rows of an image at a time, so that the sums stay in the second-level cache. */
  private static final int MAX_ROWS = 16;

  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;

  private final Workers workers;
  private final RightPanels right;
  private final Buffer[] inputs;
  private final Buffer[] sums;
  private final Buffer[] outputs;
  private final SlidingProduct[] products;

  UnstridedDataGradient(Workers workers, RightPanels right) {
    this.workers = workers;
    this.right = right;
    inputs = Buffer.forEach(workers);
    sums = Buffer.forEach(workers);
    outputs = Buffer.forEach(workers);
    products = SlidingProduct.forEach(workers);
  }

  /**
   * Computes dx for {@code images} images.
   *
   * @param filter (kh, kw, input channels) x output channels
   */
  void run(ConvSpec spec, int kh, int kw, int images, Planes dy, RowSource filter, Planes dx) {
    Columns columns = new Columns(filter, kw, dx.channels());
    right.packTransposed(columns.rows(kh), dy.channels(), columns.panels() * COLUMNS);
    PaddedRows rows =
        new PaddedRows(
            dy,
            new Axis(dx.height(), spec.padH() - kh + 1, 1, kh, 1),
            new Axis(dy.width(), 0, 1, 1, 1));
    SlidingProduct.Cut cut = SlidingProduct.Cut.of(rows);
    // What a band loads beyond its own rows, its neighbours load too.
    int minRows = 2 * (kh - 1) + 1;
    Blocks bands = Blocks.ofImages(dx.height(), images, minRows, Math.max(minRows, MAX_ROWS));
    Sums layout = new Sums(columns, bands.size(), dy.width(), spec.padW(), dx.width());
    int[] taps = layout.taps();
    workers.run(
        images * bands.count(),
        (task, worker) -> {
          int image = task / bands.count();
          int top = bands.start(task % bands.count());
          int height = bands.length(task % bands.count());
          float[] input = rows.load(image, top, height, inputs[worker]);
          float[] s = layout.array(sums[worker]);
          products[worker].run(cut, input, height, right, new Strips(layout, s));
          layout.clearMargins(s);
          float[] out = outputs[worker].atLeast(dx.width() * dx.channels() + Lanes.COUNT);
          for (int row = 0; row < height; row++) {
            add(s, layout.at(0, row, spec.padW()), taps, dx.width(), dx.channels(), out);
            dx.storeRow(image, top + row, out, 0);
          }
        });
  }

  /** Adds up a row of pixels. A vector reaches into the pixel that follows, which comes next. */
  private static void add(float[] sums, int at, int[] taps, int pixels, int channels, float[] out) {
    for (int x = 0; x < pixels; x++) {
      FloatVector sum = FloatVector.fromArray(SPECIES, sums, at + taps[0]);
      for (int i = 1; i < taps.length; i++) {
        sum = sum.add(FloatVector.fromArray(SPECIES, sums, at + taps[i]));
      }
      sum.intoArray(out, x * channels);
      at += COLUMNS;
    }
  }

  /**
   * The product's columns: a column of the filter after the other, the channels of each in one
   * panel.
   *
   * @param filter a row for each tap and input channel
   */
  private record Columns(RowSource filter, int kw, int channels) {

    private int ofPanel() {
      return COLUMNS / channels;
    }

    int panels() {
      return Math.ceilDiv(kw, ofPanel());
    }

    /** Where the channels of a column of the filter are among the product's columns. */
    int at(int x) {
      return x / ofPanel() * COLUMNS + x % ofPanel() * channels;
    }

    /** The transposed right operand for each row of dy in a window: the last sees the first tap. */
    RowSource[] rows(int kh) {
      RowSource[] rows = new RowSource[kh];
      for (int i = 0; i < kh; i++) {
        int y = kh - 1 - i;
        rows[i] =
            (column, from, count, to, at) -> {
              int slot = column % COLUMNS / channels;
              int x = column / COLUMNS * ofPanel() + slot;
              if (slot < ofPanel() && x < kw) {
                int row = (y * kw + x) * channels + column % COLUMNS % channels;
                filter.read(row, from, count, to, at);
              } else {
                Arrays.fill(to, at, at + count, 0);
              }
            };
      }
      return rows;
    }
  }

  /** How the products of a band of dx lie: for each panel some rows of windows. */
  private static final class Sums {
    private final Columns columns;
    private final int height;
    private final int width;

    /**
     * Windows without products on either side of a row: for taps that reach beyond, and for what a
     * row's last strip writes behind it, which must not be the next row.
     */
    private final int margin;

    Sums(Columns columns, int height, int width, int pad, int widthOfDx) {
      this.columns = columns;
      this.height = height;
      this.width = width;
      int reach = Math.max(columns.kw() - 1, pad + widthOfDx - width);
      margin = Math.max(reach, MicroKernels.ROW_GRANULE);
    }

    private int pitch() {
      return (margin + width + margin) * COLUMNS;
    }

    int at(int panel, int row, int window) {
      return Buffer.LINE + (panel * height + row) * pitch() + (margin + window) * COLUMNS;
    }

    float[] array(Buffer buffer) {
      return buffer.atLeast(at(columns.panels(), 0, 0));
    }

    /** To be called after the product, whose strips reach into them. */
    void clearMargins(float[] sums) {
      for (int row = 0; row < columns.panels() * height; row++) {
        int start = at(0, row, 0);
        int end = at(0, row, width);
        Arrays.fill(sums, start - margin * COLUMNS, start, 0);
        Arrays.fill(sums, end, end + margin * COLUMNS, 0);
      }
    }

    /** From a pixel's window to what each column of the filter adds to it. */
    int[] taps() {
      int[] taps = new int[columns.kw()];
      for (int x = 0; x < taps.length; x++) {
        int at = columns.at(x);
        taps[x] = at / COLUMNS * height * pitch() + at % COLUMNS - x * COLUMNS;
      }
      return taps;
    }
  }

  private record Strips(Sums layout, float[] values) implements SlidingProduct.Target {

    @Override
    public int at(int panel, int top, int row, int first) {
      return layout.at(panel, top + row, first);
    }

    @Override
    public void complete(int panel, int top, int row, int first, int windows) {}
  }
}
