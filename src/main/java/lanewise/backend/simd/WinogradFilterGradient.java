package lanewise.backend.simd;

import static lanewise.backend.simd.MicroKernels.COLUMNS;
import static lanewise.backend.simd.MicroKernels.WIDTH;

import java.util.Arrays;

/**
 * The filter gradient of a convolution by Winograd's method: the sum of the outer products of
 * transformed inputs and transformed gradients, over all tiles, in each plane.
 *
 * <p>Tiles are transformed a chunk at a time for all workers, straight into panels; then the
 * workers share out blocks of the sums.
 */
final class WinogradFilterGradient {
  /** The fewest tiles of a chunk. */
  private static final int MIN_TILES = 64;

  private static final int TILES_PER_TASK = 16;
  private static final int ROWS_PER_TASK = 16;

  /** Tiles multiplied at a time, so that a panel of each side stays in the first-level cache. */
  private static final int TILES = 128;

  /** The largest block of the sums, in panels. */
  private static final int MAX_ROW_PANELS = 4;

  private static final int MAX_COLUMN_PANELS = 256 / COLUMNS;

  private final Workers workers;
  private final Buffer[] patches;
  private final Buffer[] scratch;
  private final Buffer inputs = new Buffer();
  private final Buffer gradients = new Buffer();
  private final Buffer products = new Buffer();

  WinogradFilterGradient(Workers workers) {
    this.workers = workers;
    patches = Buffer.forEach(workers);
    scratch = Buffer.forEach(workers);
  }

  /**
   * Computes the gradient for {@code images} images.
   *
   * @param dy a window for each tile
   * @param dw (kh, kw, input channels) x output channels
   */
  void run(Winograd winograd, TileInput in, Window dy, int columns, int images, RowSink dw) {
    int tiles = images * in.down() * in.across();
    int rows = in.depth();
    // A chunk is written and read as often as the sums: it does best if it is as large as they.
    int fitting = (int) (rows * (long) columns / (rows + columns));
    Blocks chunks = Blocks.even(tiles, Math.max(MIN_TILES, fitting), TILES_PER_TASK);
    int planes = winograd.planes();
    Sums sums =
        new Sums(
            winograd,
            in,
            dy,
            rows,
            columns,
            new Panels(inputs, planes, rows, WIDTH, chunks.size()),
            new Panels(gradients, planes, columns, COLUMNS, chunks.size()),
            new Panels(products, planes, columns, COLUMNS, Blocks.roundUp(rows, WIDTH)));
    for (int chunk = 0; chunk < chunks.count(); chunk++) {
      transform(sums, chunks.start(chunk), chunks.length(chunk));
      multiply(sums, chunk == 0, chunks.length(chunk));
    }
    write(sums, dw);
  }

  private void transform(Sums sums, int first, int count) {
    Blocks tasks = new Blocks(count, TILES_PER_TASK);
    workers.run(
        tasks.count(),
        (task, worker) -> {
          int end = tasks.start(task) + tasks.length(task);
          for (int tile = tasks.start(task); tile < end; tile++) {
            sums.transformInput(first + tile, tile, patches[worker], scratch[worker]);
            sums.transformGradient(first + tile, tile, patches[worker], scratch[worker]);
          }
        });
  }

  private void multiply(Sums sums, boolean first, int tiles) {
    Blocks down = Blocks.even(sums.v.count, MAX_ROW_PANELS, 1);
    Blocks across = Blocks.even(sums.e.count, MAX_COLUMN_PANELS, 1);
    int perPlane = down.count() * across.count();
    workers.run(
        sums.winograd.planes() * perPlane,
        (task, worker) -> {
          int plane = task / perPlane;
          int i = task % perPlane / across.count();
          int j = task % across.count();
          if (first) {
            sums.zero(plane, down.start(i), down.length(i), across.start(j), across.length(j));
          }
          for (int tile = 0; tile < tiles; tile += TILES) {
            int depth = Math.min(TILES, tiles - tile);
            for (int right = across.start(j); right < across.start(j) + across.length(j); right++) {
              for (int left = down.start(i); left < down.start(i) + down.length(i); left++) {
                sums.multiply(plane, left, right, tile, depth);
              }
            }
          }
        });
  }

  private void write(Sums sums, RowSink dw) {
    int phases = sums.in.step() * sums.in.step();
    Blocks tasks = new Blocks(phases * sums.in.channels(), ROWS_PER_TASK);
    workers.run(
        tasks.count(),
        (task, worker) -> {
          for (int i = tasks.start(task); i < tasks.start(task) + tasks.length(task); i++) {
            int phase = i / sums.in.channels();
            sums.write(phase, i % sums.in.channels(), patches[worker], scratch[worker], dw);
          }
        });
  }

  /**
   * One gradient's operands and sums, in panels.
   *
   * @param rows phases and channels of the input
   * @param columns channels of the output
   * @param v transformed inputs: rows x tiles
   * @param e transformed gradients: columns x tiles
   * @param m their products: columns x rows
   */
  private record Sums(
      Winograd winograd,
      TileInput in,
      Window dy,
      int rows,
      int columns,
      Panels v,
      Panels e,
      Panels m) {

    void transformInput(int tile, int at, Buffer patches, Buffer scratch) {
      in.transform(tile, patches, scratch, v.data, v.at(0, 0, at), WIDTH, v.stride, v.plane);
    }

    void transformGradient(int tile, int at, Buffer patches, Buffer scratch) {
      float[] g = patches.atLeast(dy.depth() + COLUMNS);
      dy.read(tile, 0, dy.depth(), g, 0);
      for (int panel = 0; panel < e.count; panel++) {
        winograd.gradient(
            COLUMNS,
            g,
            panel * COLUMNS,
            winograd.side().outputs() * columns,
            columns,
            scratch,
            e.data,
            e.at(0, panel, at),
            e.plane);
      }
    }

    void zero(int plane, int firstLeft, int lefts, int firstRight, int rights) {
      for (int right = firstRight; right < firstRight + rights; right++) {
        int from = m.at(plane, right, firstLeft * WIDTH);
        Arrays.fill(m.data, from, from + lefts * WIDTH * COLUMNS, 0);
      }
    }

    void multiply(int plane, int left, int right, int tile, int depth) {
      MicroKernels.columnPanel(
          Math.min(WIDTH, rows - left * WIDTH),
          depth,
          v.data,
          v.at(plane, left, tile),
          e.data,
          e.at(plane, right, tile),
          m.data,
          m.at(plane, right, left * WIDTH));
    }

    void write(int phase, int channel, Buffer gradients, Buffer scratch, RowSink dw) {
      int taps = winograd.side().taps();
      int width = m.count * COLUMNS;
      float[] g = gradients.atLeast(taps * taps * width);
      for (int panel = 0; panel < m.count; panel++) {
        winograd.filterGradient(
            COLUMNS,
            m.data,
            m.at(0, panel, phase * in.paddedChannels() + channel),
            winograd.side().points() * m.plane,
            m.plane,
            scratch,
            g,
            panel * COLUMNS,
            width);
      }
      int step = in.step();
      for (int tap = 0; tap < taps * taps; tap++) {
        int y = phase / step + tap / taps * step;
        int x = phase % step + tap % taps * step;
        int row = (y * taps * step + x) * in.channels() + channel;
        dw.write(row, 0, columns, g, tap * width);
      }
    }
  }

  /** For each plane, panels {@code [length][width]} side by side. */
  private static final class Panels {
    private final float[] data;
    private final int count;
    private final int stride;
    private final int width;
    private final int plane;

    Panels(Buffer buffer, int planes, int columns, int width, int length) {
      this.width = width;
      count = Math.ceilDiv(columns, width);
      // One row more than needed: panels a power of two apart would share their cache sets.
      stride = (length + 1) * width;
      plane = Math.multiplyExact(count, stride);
      data = buffer.atLeast(Math.addExact(Buffer.LINE, Math.multiplyExact(planes, plane)));
    }

    int at(int plane, int panel, int row) {
      return Buffer.LINE + plane * this.plane + panel * stride + row * width;
    }
  }
}
