package lanewise.backend.simd;

import static lanewise.backend.simd.MicroKernels.COLUMNS;
import static lanewise.backend.simd.MicroKernels.ROWS;

/** The convolution of an image of few channels: the products of its windows and the filter. */
final class DirectForward {
  /** Rows of output pixels at a time, so that the input's stay in the second-level cache. */
  private static final int MAX_ROWS = 16;

  /** And so many that packed rows serve several of them. */
  private static final int MIN_ROWS = 8;

  private final Workers workers;
  private final Buffer[] inputs;
  private final Buffer[] tiles;
  private final SlidingProduct[] products;

  DirectForward(Workers workers) {
    this.workers = workers;
    inputs = Buffer.forEach(workers);
    tiles = Buffer.forEach(workers);
    products = SlidingProduct.forEach(workers);
  }

  /**
   * Computes y for {@code images} images.
   *
   * @param right the filter: (kh, kw, input channels) x output channels
   */
  void run(Planes x, Axis down, Axis across, RightPanels right, Planes y, int images) {
    PaddedRows rows = new PaddedRows(x, down, across);
    SlidingProduct.Cut cut = SlidingProduct.Cut.of(rows);
    Blocks bands = Blocks.ofImages(y.height(), images, MIN_ROWS, MAX_ROWS);
    workers.run(
        images * bands.count(),
        (task, worker) -> {
          int image = task / bands.count();
          int top = bands.start(task % bands.count());
          int count = bands.length(task % bands.count());
          float[] input = rows.load(image, top, count, inputs[worker]);
          int size = right.count() * count * ROWS * COLUMNS;
          float[] c = tiles[worker].atLeast(Buffer.LINE + size);
          int pixel = (image * y.height() + top) * y.width();
          products[worker].run(cut, input, count, right, new Tiles(c, count, right, y, pixel));
        });
  }

  /** Tiles that are stored as pixels when they are complete. */
  private record Tiles(float[] values, int height, RightPanels right, Planes y, int pixel)
      implements SlidingProduct.Target {

    @Override
    public int at(int panel, int top, int row, int first) {
      return Buffer.LINE + (panel * height + row) * ROWS * COLUMNS;
    }

    @Override
    public void complete(int panel, int top, int row, int first, int windows) {
      int column = panel * COLUMNS;
      y.pixels()
          .writeTile(
              pixel + (top + row) * y.width() + first,
              windows,
              column,
              Math.min(COLUMNS, right.columns() - column),
              values,
              at(panel, top, row, first));
    }
  }
}
