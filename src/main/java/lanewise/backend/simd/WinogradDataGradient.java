package lanewise.backend.simd;

import static lanewise.backend.simd.MicroKernels.ROWS;

import java.util.Arrays;
import lanewise.backend.ConvSpec;

/**
 * The data gradient of a strided convolution by Winograd's method, as the adjoint of the forward
 * pass: a tile of the output's gradient is transformed once and multiplied for each phase of the
 * input, and the patches that result are added where they overlap.
 */
final class WinogradDataGradient {
  /** Elements of transformed tiles, for the second-level cache. */
  private static final int CHUNK = 160_000;

  private static final int MAX_TILES = 8 * ROWS;

  /** Rows of tiles of a task: its neighbour computes the last of them again. */
  private static final int MIN_BAND = 4;

  private static final int MAX_BAND = 8;

  /** The fewest tasks that images are put together to. */
  private static final int MIN_TASKS = 8;

  private final Workers workers;
  private final WinogradBlock[] blocks;
  private final Buffer[] bands;

  WinogradDataGradient(Workers workers) {
    this.workers = workers;
    blocks = new WinogradBlock[workers.threads()];
    Arrays.setAll(blocks, i -> new WinogradBlock());
    bands = Buffer.forEach(workers);
  }

  /**
   * Computes dx for {@code images} images.
   *
   * @param filter of each phase in turn
   */
  void run(ConvSpec spec, TileGradient dy, FilterPanels filter, Planes dx, int images) {
    int down = dy.down();
    int bandsOfImage =
        Math.clamp(
            Math.ceilDiv(Blocks.TASKS, images),
            Math.ceilDiv(down, MAX_BAND),
            Math.ceilDiv(down, MIN_BAND));
    Blocks rows = Blocks.even(down, Math.ceilDiv(down, bandsOfImage), 1);
    int limit = Math.clamp(CHUNK / (dy.winograd().planes() * dy.depth()), ROWS, MAX_TILES);
    int together = Math.clamp(limit / (down * dy.across()), 1, Math.ceilDiv(images, MIN_TASKS));
    Blocks groups = new Blocks(images, rows.count() == 1 ? together : 1);
    Bands pass = new Bands(spec, dy, filter, dx, limit);
    workers.run(
        groups.count() * rows.count(),
        (task, worker) -> {
          int band = task % rows.count();
          int group = task / rows.count();
          pass.compute(
              groups.start(group),
              groups.length(group),
              rows.start(band),
              rows.length(band),
              blocks[worker],
              bands[worker]);
        });
  }

  /** What the bands of dx, of some images whole ones or of one some rows, are computed from. */
  private record Bands(ConvSpec spec, TileGradient dy, FilterPanels filter, Planes dx, int limit) {

    void compute(int image, int images, int row, int rows, WinogradBlock block, Buffer buffer) {
      boolean last = row + rows == dy.down();
      int top = row * tile();
      int height = last ? Math.max(0, spec.padH() + dx.height() - top) : rows * tile();
      int size = images * height * width() * dx.channels();
      float[] sums = buffer.atLeast(size);
      Arrays.fill(sums, 0, size, 0);
      // The tiles above reach into the first rows.
      int first = (image * dy.down() + Math.max(0, row - 1)) * dy.across();
      int end = ((image + images - 1) * dy.down() + row + rows) * dy.across();
      Blocks chunks = Blocks.even(end - first, limit, ROWS);
      for (int chunk = 0; chunk < chunks.count(); chunk++) {
        int from = first + chunks.start(chunk);
        block.transform(dy.winograd(), dy, from, chunks.length(chunk));
        for (int phase = 0; phase < spec.strideH() * spec.strideW(); phase++) {
          block.multiply(filter, phase, 0, filter.count());
          for (int i = 0; i < chunks.length(chunk); i++) {
            add(block, i, from + i - image * dy.down() * dy.across(), phase, top, height, sums);
          }
        }
      }
      for (int i = 0; i < images; i++) {
        for (int y = Math.max(top, spec.padH()); y < Math.min(top + height, bottom()); y++) {
          int at = ((i * height + y - top) * width() + spec.padW()) * dx.channels();
          dx.storeRow(image + i, y - spec.padH(), sums, at);
        }
      }
    }

    /** Pixels from one tile's patch to the next one's. */
    private int tile() {
      return dy.winograd().side().outputs() * spec.strideH();
    }

    /** As wide as all patches reach, so that they need no clipping. */
    private int width() {
      int reach = dy.across() * tile() + (dy.winograd().side().taps() - 1) * spec.strideW();
      return Math.max(reach, spec.padW() + dx.width());
    }

    private int bottom() {
      return spec.padH() + dx.height();
    }

    private void add(
        WinogradBlock block, int i, int tile, int phase, int top, int height, float[] sums) {
      int points = dy.winograd().side().points();
      int step = spec.strideH();
      int pixel = filter.count() * MicroKernels.COLUMNS;
      float[] patch = block.inputGradient(i);
      int image = tile / dy.across() / dy.down();
      int y = tile / dy.across() % dy.down() * tile() + phase / step - top;
      int x = tile % dy.across() * tile() + phase % step;
      for (int k = 0; k < points; k++) {
        int row = y + k * step;
        if (row >= 0 && row < height) {
          for (int l = 0; l < points; l++) {
            int at = ((image * height + row) * width() + x + l * step) * dx.channels();
            Transfer.add(patch, (k * points + l) * pixel, sums, at, dx.channels());
          }
        }
      }
    }
  }
}
