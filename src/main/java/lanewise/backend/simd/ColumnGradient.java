package lanewise.backend.simd;

import java.util.Arrays;
import lanewise.backend.ConvSpec;

/**
 * The data gradient of a convolution through columns: the product of each pixel of the gradient
 * with all taps, added where the taps lie in the image (col2im).
 *
 * <p>With few input channels, vectors then run over taps and channels, where they would be nearly
 * empty over channels alone.
 */
final class ColumnGradient {
  /** Pixels multiplied at a time. */
  private static final int PIXELS = 96;

  /** The least rows of an image worth a task, as bands compute what they share twice. */
  private static final int MIN_BAND = 8;

  private final Workers workers;
  private final RowBlock[] blocks;
  private final Columns[] columns;
  private final Buffer[] bands;

  ColumnGradient(Workers workers) {
    this.workers = workers;
    blocks = new RowBlock[workers.threads()];
    Arrays.setAll(blocks, i -> new RowBlock());
    columns = new Columns[workers.threads()];
    Arrays.setAll(columns, i -> new Columns());
    bands = Buffer.forEach(workers);
  }

  /**
   * Computes dx for {@code images} images.
   *
   * @param right the filter, transposed: output channels x (kh, kw, input channels)
   */
  void run(ConvSpec spec, int kh, int kw, int images, Planes dy, RightPanels right, Planes dx) {
    int bandsOfImage =
        Math.clamp(Math.ceilDiv(Blocks.TASKS, images), 1, Math.ceilDiv(dx.height(), MIN_BAND));
    Blocks rows = Blocks.even(dx.height(), Math.ceilDiv(dx.height(), bandsOfImage), 1);
    Bands pass = new Bands(spec, kh, kw, dy, dy.pixels(), right, dx);
    workers.run(
        images * rows.count(),
        (task, worker) -> {
          int band = task % rows.count();
          int image = task / rows.count();
          pass.compute(
              image,
              rows.start(band),
              rows.length(band),
              blocks[worker],
              columns[worker],
              bands[worker]);
        });
  }

  /** What the bands of dx, some rows of one image each, are computed from. */
  private record Bands(
      ConvSpec spec, int kh, int kw, Planes dy, Matrix gradients, RightPanels right, Planes dx) {

    void compute(int image, int top, int height, RowBlock block, Columns columns, Buffer buffer) {
      int size = height * width() * dx.channels();
      float[] sums = buffer.atLeast(size);
      Arrays.fill(sums, 0, size, 0);
      int reach = (kh - 1) * spec.dilationH();
      int first = Math.max(0, Math.ceilDiv(top + spec.padH() - reach, spec.strideH()));
      int end = Math.min(dy.height(), (top + height - 1 + spec.padH()) / spec.strideH() + 1);
      int step = Math.max(1, PIXELS / dy.width());
      for (int y = first; y < end; y += step) {
        int pixels = Math.min(step, end - y) * dy.width();
        int firstPixel = (image * dy.height() + y) * dy.width();
        columns.begin(firstPixel, pixels, right.columns());
        block.multiply(gradients, firstPixel, pixels, right, 0, right.count(), columns);
        for (int i = 0; i < pixels; i++) {
          add(columns, i, y + i / dy.width(), i % dy.width(), top, height, sums);
        }
      }
      for (int y = 0; y < height; y++) {
        dx.storeRow(image, top + y, sums, (y * width() + spec.padW()) * dx.channels());
      }
    }

    /** As wide as all taps reach, so that columns need no clipping. */
    private int width() {
      int reach = (dy.width() - 1) * spec.strideW() + (kw - 1) * spec.dilationW() + 1;
      return Math.max(reach, spec.padW() + dx.width());
    }

    private void add(Columns columns, int pixel, int y, int x, int top, int height, float[] sums) {
      int channels = dx.channels();
      int run = spec.dilationW() == 1 ? kw * channels : channels;
      int runs = kw * channels / run;
      for (int i = 0; i < kh; i++) {
        int row = y * spec.strideH() - spec.padH() + i * spec.dilationH() - top;
        if (row >= 0 && row < height) {
          for (int j = 0; j < runs; j++) {
            int column = x * spec.strideW() + j * spec.dilationW();
            int at = (row * width() + column) * channels;
            int from = pixel * columns.perPixel + (i * runs + j) * run;
            Transfer.add(columns.values, from, sums, at, run);
          }
        }
      }
    }
  }

  /** One worker's columns of some pixels. */
  private static final class Columns implements RowSink {
    private final Buffer buffer = new Buffer();
    private float[] values;
    private int firstPixel;
    private int perPixel;

    void begin(int firstPixel, int pixels, int perPixel) {
      this.firstPixel = firstPixel;
      this.perPixel = perPixel;
      values = buffer.atLeast(pixels * perPixel);
    }

    @Override
    public void write(int row, int from, int count, float[] values, int at) {
      int to = (row - firstPixel) * perPixel + from;
      System.arraycopy(values, at, this.values, to, count);
    }
  }
}
