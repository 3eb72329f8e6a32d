package lanewise.backend.simd;

import static lanewise.backend.simd.MicroKernels.COLUMNS;
import static lanewise.backend.simd.MicroKernels.WIDTH;

import java.util.Arrays;

/**
 * The filter gradient of a convolution by Winograd's method: the sum of the outer products of
 * transformed inputs and transformed gradients, over all tiles, in each plane.
 *
 * <p>Either a task has a slice of the tiles and sums of its own, and transforms what it multiplies;
 * or, where sums are large, all workers do each step together, for as many tiles as possible, so
 * that the sums are seldom read from memory.
 */
final class WinogradFilterGradient {
  /** Sums up to which each slice of the tiles has its own, in elements: more cost too much. */
  private static final int MAX_SUMS = 1 << 20;

  private static final int SLICES = 4;

  /** The fewest tiles of a slice. */
  private static final int MIN_TILES = 32;

  /**
   * Tiles that are transformed before they are multiplied: for each chunk, sums are read once more.
   * Twice as many are as fast in warm caches, but no training step finds its scratch in them.
   */
  private static final int CHUNK = 64;

  /** Elements that are transformed together at most. */
  private static final int MAX_SIZE = 1 << 24;

  private static final int TILES_PER_TASK = 8;

  /** Tiles that are multiplied at a time: their panels stay in the first-level cache. */
  private static final int MAX_DEPTH = 128;

  private static final int ROWS_PER_TASK = 16;

  private final Workers workers;
  private final Chunk[] chunks;
  private final TileScratch[] scratch;
  private final Buffer products = new Buffer();

  WinogradFilterGradient(Workers workers) {
    this.workers = workers;
    chunks = new Chunk[workers.threads()];
    Arrays.setAll(chunks, i -> new Chunk());
    scratch = TileScratch.forEach(workers);
  }

  /**
   * Computes the gradient for {@code images} images.
   *
   * @param dw (kh, kw, input channels) x output channels
   */
  void run(TileInput in, TileGradient dy, int images, RowSink dw) {
    int tiles = images * in.down() * in.across();
    Winograd winograd = dy.winograd();
    boolean small = winograd.planes() * (long) in.depth() * dy.channels() <= MAX_SUMS;
    int count = small ? Math.clamp(tiles / MIN_TILES, 1, SLICES) : 1;
    Blocks slices = Blocks.even(tiles, Math.ceilDiv(tiles, count), 1);
    Sums sums = new Sums(winograd, in, slices.count(), dy.channels(), products);
    if (slices.count() > 1) {
      workers.run(
          slices.count(),
          (slice, worker) -> sumSlice(sums, dy, slices, slice, chunks[worker], scratch[worker]));
    } else {
      sumTogether(sums, dy, tiles);
    }
    Blocks rows = new Blocks(in.channels(), ROWS_PER_TASK);
    workers.run(
        in.step() * in.step() * rows.count(),
        (task, worker) -> {
          int phase = task / rows.count();
          int block = task % rows.count();
          sums.merge(phase, rows.start(block), rows.length(block));
          for (int i = rows.start(block); i < rows.start(block) + rows.length(block); i++) {
            sums.write(phase, i, scratch[worker], dw);
          }
        });
  }

  private static void sumSlice(
      Sums sums, TileGradient dy, Blocks slices, int slice, Chunk chunk, TileScratch scratch) {
    Blocks parts = new Blocks(slices.length(slice), CHUNK);
    for (int part = 0; part < parts.count(); part++) {
      int count = parts.length(part);
      chunk.reset(sums, dy, slices.start(slice) + parts.start(part), count);
      chunk.transform(0, count, scratch);
      for (int plane = 0; plane < sums.winograd.planes(); plane++) {
        chunk.multiply(plane, slice, 0, chunk.v.count, part == 0);
      }
    }
  }

  private void sumTogether(Sums sums, TileGradient dy, int tiles) {
    Chunk chunk = chunks[0];
    int planes = sums.winograd.planes();
    int perTile = planes * (sums.in.depth() + dy.depth());
    Blocks parts = Blocks.even(tiles, Math.max(MIN_TILES, MAX_SIZE / perTile), 1);
    for (int part = 0; part < parts.count(); part++) {
      boolean start = part == 0;
      chunk.reset(sums, dy, parts.start(part), parts.length(part));
      Blocks pieces = new Blocks(parts.length(part), TILES_PER_TASK);
      workers.run(
          pieces.count(),
          (task, worker) ->
              chunk.transform(pieces.start(task), pieces.length(task), scratch[worker]));
      int panels = chunk.v.count;
      Blocks shares =
          Blocks.even(panels, Math.ceilDiv(panels, Math.ceilDiv(Blocks.TASKS, planes)), 1);
      workers.run(
          planes * shares.count(),
          (task, worker) -> {
            int share = task % shares.count();
            chunk.multiply(
                task / shares.count(), 0, shares.start(share), shares.length(share), start);
          });
    }
  }

  /** The sums of each slice, for each plane (columns x rows) in panels. */
  private static final class Sums {
    private final Winograd winograd;
    private final TileInput in;
    private final int slices;
    private final int columns;
    private final Panels m;

    Sums(Winograd winograd, TileInput in, int slices, int columns, Buffer buffer) {
      this.winograd = winograd;
      this.in = in;
      this.slices = slices;
      this.columns = columns;
      int rows = Blocks.roundUp(in.depth(), WIDTH);
      m = new Panels(buffer, slices * winograd.planes(), columns, COLUMNS, rows);
    }

    /** Adds up the slices, for {@code count} channels of a phase. */
    void merge(int phase, int channel, int count) {
      int row = phase * in.paddedChannels() + channel;
      for (int plane = 0; plane < winograd.planes(); plane++) {
        for (int panel = 0; panel < m.count; panel++) {
          int to = m.at(plane, panel, row);
          for (int slice = 1; slice < slices; slice++) {
            int from = m.at(slice * winograd.planes() + plane, panel, row);
            Transfer.add(m.data, from, m.data, to, count * COLUMNS);
          }
        }
      }
    }

    void write(int phase, int channel, TileScratch scratch, RowSink dw) {
      int taps = winograd.side().taps();
      int width = m.count * COLUMNS;
      float[] g = scratch.pixels().atLeast(Buffer.LINE + taps * taps * width);
      for (int panel = 0; panel < m.count; panel++) {
        winograd.filterGradient(
            COLUMNS,
            m.data,
            m.at(0, panel, phase * in.paddedChannels() + channel),
            winograd.side().points() * m.plane,
            m.plane,
            scratch.rows(),
            g,
            Buffer.LINE + panel * COLUMNS,
            width);
      }
      int step = in.step();
      for (int tap = 0; tap < taps * taps; tap++) {
        int y = phase / step + tap / taps * step;
        int x = phase % step + tap % taps * step;
        int row = (y * taps * step + x) * in.channels() + channel;
        dw.write(row, 0, columns, g, Buffer.LINE + tap * width);
      }
    }
  }

  /** Some tiles, transformed. */
  private static final class Chunk {
    private final Buffer inputs = new Buffer();
    private final Buffer gradients = new Buffer();
    private Sums sums;
    private TileGradient dy;
    private int first;
    private int tiles;
    private Panels v;
    private Panels e;

    /** Makes room for {@code tiles} tiles from {@code first} on. */
    void reset(Sums sums, TileGradient dy, int first, int tiles) {
      this.sums = sums;
      this.dy = dy;
      this.first = first;
      this.tiles = tiles;
      int planes = sums.winograd.planes();
      v = new Panels(inputs, planes, sums.in.depth(), WIDTH, tiles);
      e = new Panels(gradients, planes, dy.depth(), COLUMNS, tiles);
    }

    /** Transforms {@code count} of the tiles and their gradients. */
    void transform(int from, int count, TileScratch s) {
      for (int tile = from; tile < from + count; tile++) {
        int a = v.at(0, 0, tile);
        sums.in.transform(first + tile, s.patch(), s.rows(), v.data, a, WIDTH, v.stride, v.plane);
        int b = e.at(0, 0, tile);
        dy.transform(first + tile, s.patch(), s.rows(), e.data, b, COLUMNS, e.stride, e.plane);
      }
    }

    /** Adds the products of one plane to a slice, for some panels of the inputs. */
    void multiply(int plane, int slice, int firstPanel, int panels, boolean start) {
      for (int k = 0; k < tiles; k += MAX_DEPTH) {
        // The gradients' last panel may be padding alone.
        for (int right = 0; right < sums.m.count; right++) {
          for (int left = firstPanel; left < firstPanel + panels; left++) {
            multiply(plane, slice, left, right, k, start && k == 0);
          }
        }
      }
    }

    private void multiply(int plane, int slice, int left, int right, int k, boolean start) {
      int depth = Math.min(MAX_DEPTH, tiles - k);
      int height = Math.min(WIDTH, sums.in.depth() - left * WIDTH);
      int a = v.at(plane, left, k);
      int b = e.at(plane, right, k);
      int c = sums.m.at(slice * sums.winograd.planes() + plane, right, left * WIDTH);
      if (start) {
        MicroKernels.firstColumnPanel(height, depth, v.data, a, e.data, b, sums.m.data, c);
      } else {
        MicroKernels.columnPanel(height, depth, v.data, a, e.data, b, sums.m.data, c);
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
