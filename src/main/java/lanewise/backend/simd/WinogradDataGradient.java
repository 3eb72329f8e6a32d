package lanewise.backend.simd;

import static lanewise.backend.simd.MicroKernels.COLUMNS;
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
  private final TileScratch[] scratch;
  private final Buffer[] bands;

  WinogradDataGradient(Workers workers) {
    this.workers = workers;
    blocks = WinogradBlock.forEach(workers);
    scratch = TileScratch.forEach(workers);
    bands = Buffer.forEach(workers);
  }

  /**
   * Computes dx for {@code images} images.
   *
   * @param filter of each phase in turn
   */
  void run(ConvSpec spec, TileGradient dy, FilterPanels filter, Planes dx, int images) {
    int tilesOfImage = dy.down() * dy.across();
    int bandsOfImage =
        Math.clamp(
            Math.ceilDiv(Blocks.TASKS, images),
            Math.ceilDiv(dy.down(), MAX_BAND),
            Math.ceilDiv(dy.down(), MIN_BAND));
    Blocks rows = Blocks.even(dy.down(), Math.ceilDiv(dy.down(), bandsOfImage), 1);
    int limit = Math.clamp(CHUNK / (dy.winograd().planes() * dy.depth()), ROWS, MAX_TILES);
    int most = Math.clamp(limit / tilesOfImage, 1, Math.ceilDiv(images, MIN_TASKS));
    Blocks groups = new Blocks(images, rows.count() == 1 ? most : 1);
    int tasks = groups.count() * rows.count();
    int together = WinogradBlock.together(dy.winograd(), dy, filter, tilesOfImage, tasks);
    if (together > 0) {
      runTogether(spec, dy, filter, dx, Blocks.even(images, together / tilesOfImage, 1));
      return;
    }
    workers.run(
        tasks,
        (task, worker) -> {
          int group = task / rows.count();
          int row = rows.start(task % rows.count());
          int count = rows.length(task % rows.count());
          Band band = new Band(spec, dy, dx, groups.start(group), groups.length(group), row, count);
          band.compute(filter, limit, blocks[worker], bands[worker], scratch[worker]);
        });
  }

  private void runTogether(
      ConvSpec spec, TileGradient dy, FilterPanels filter, Planes dx, Blocks chunks) {
    WinogradBlock block = blocks[0];
    int phases = spec.strideH() * spec.strideW();
    int tilesOfImage = dy.down() * dy.across();
    for (int chunk = 0; chunk < chunks.count(); chunk++) {
      int first = chunks.start(chunk);
      int tiles = chunks.length(chunk) * tilesOfImage;
      block.reset(dy.winograd(), dy, first * tilesOfImage, tiles, filter.count(), phases);
      block.multiplyTogether(workers, scratch, filter, phases);
      workers.run(
          chunks.length(chunk),
          (image, worker) -> {
            Band band = new Band(spec, dy, dx, first + image, 1, 0, dy.down());
            band.clear(bands[worker]);
            for (int tile = 0; tile < tilesOfImage; tile++) {
              for (int phase = 0; phase < phases; phase++) {
                band.add(
                    block.inputGradient(phase, image * tilesOfImage + tile, scratch[worker]),
                    filter.count() * COLUMNS,
                    tile,
                    phase);
              }
            }
            band.store();
          });
    }
  }

  /** Some rows of tiles of some images, and the part of dx that is theirs. */
  private static final class Band {
    private final ConvSpec spec;
    private final TileGradient dy;
    private final Planes dx;
    private final int image;
    private final int images;
    private final int row;
    private final int rows;

    /** Pixels from one tile's patch to the next one's. */
    private final int tile;

    /** The first row of pixels, with those of the padding, and how many there are. */
    private final int top;

    private final int height;

    /** As wide as all patches reach, so that they need no clipping. */
    private final int width;

    private float[] sums;

    Band(ConvSpec spec, TileGradient dy, Planes dx, int image, int images, int row, int rows) {
      this.spec = spec;
      this.dy = dy;
      this.dx = dx;
      this.image = image;
      this.images = images;
      this.row = row;
      this.rows = rows;
      Filtering side = dy.winograd().side();
      tile = side.outputs() * spec.strideH();
      top = row * tile;
      boolean last = row + rows == dy.down();
      height = last ? Math.max(0, spec.padH() + dx.height() - top) : rows * tile;
      int reach = dy.across() * tile + (side.taps() - 1) * spec.strideW();
      width = Math.max(reach, spec.padW() + dx.width());
    }

    void compute(
        FilterPanels filter, int limit, WinogradBlock block, Buffer buffer, TileScratch scratch) {
      clear(buffer);
      // The tiles above reach into the first rows.
      int start = image * dy.down() * dy.across();
      int first = start + Math.max(0, row - 1) * dy.across();
      int end = ((image + images - 1) * dy.down() + row + rows) * dy.across();
      Blocks chunks = Blocks.even(end - first, limit, ROWS);
      for (int chunk = 0; chunk < chunks.count(); chunk++) {
        int from = first + chunks.start(chunk);
        int count = chunks.length(chunk);
        block.reset(dy.winograd(), dy, from, count, filter.count(), 1);
        block.transform(0, count, scratch);
        for (int phase = 0; phase < spec.strideH() * spec.strideW(); phase++) {
          block.multiply(filter, phase, 0);
          for (int i = 0; i < count; i++) {
            float[] patch = block.inputGradient(0, i, scratch);
            add(patch, filter.count() * COLUMNS, from - start + i, phase);
          }
        }
      }
      store();
    }

    void clear(Buffer buffer) {
      int size = images * height * width * dx.channels();
      sums = buffer.atLeast(Buffer.LINE + size);
      Arrays.fill(sums, 0, Buffer.LINE + size, 0);
    }

    /** Adds the pixels of a phase that a tile sees, {@code pixel} elements apart. */
    void add(float[] patch, int pixel, int i, int phase) {
      int points = dy.winograd().side().points();
      int step = spec.strideH();
      int n = i / dy.across() / dy.down();
      int y = i / dy.across() % dy.down() * tile + phase / step - top;
      int x = i % dy.across() * tile + phase % step;
      for (int k = 0; k < points; k++) {
        int line = y + k * step;
        if (line >= 0 && line < height) {
          for (int l = 0; l < points; l++) {
            int from = Buffer.LINE + (k * points + l) * pixel;
            int at = at(n, line, x + l * step);
            Transfer.add(patch, from, sums, at, dx.channels());
          }
        }
      }
    }

    private int at(int n, int y, int x) {
      return Buffer.LINE + ((n * height + y) * width + x) * dx.channels();
    }

    void store() {
      int bottom = Math.min(top + height, spec.padH() + dx.height());
      for (int i = 0; i < images; i++) {
        for (int y = Math.max(top, spec.padH()); y < bottom; y++) {
          dx.storeRow(image + i, y - spec.padH(), sums, at(i, y - top, spec.padW()));
        }
      }
    }
  }
}
