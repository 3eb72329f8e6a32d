package lanewise.backend.simd;

import static lanewise.backend.simd.MicroKernels.COLUMNS;
import static lanewise.backend.simd.MicroKernels.WIDTH;

import java.util.Arrays;

/**
 * The filter gradient of a convolution by Winograd's method: the sum of the outer products of
 * transformed inputs and transformed gradients, over all tiles, in each plane.
 *
 * <p>A task transforms what it multiplies, so that nothing but the sums passes from worker to
 * worker. It has some of the tiles or, where the sums are large, some of the inputs and columns.
 */
final class WinogradFilterGradient {
  /** Sums up to which each slice of the tiles has its own, in elements: more cost too much. */
  private static final int MAX_SUMS = 1 << 20;

  private static final int SLICES = 4;

  /** The fewest tiles of a slice. */
  private static final int MIN_TILES = 32;

  /** Tasks below which inputs and columns are shared out. */
  private static final int MIN_TASKS = 2;

  /** Tiles that are transformed before they are multiplied: they do not leave the caches. */
  private static final int CHUNK = 48;

  private static final int ROWS_PER_TASK = 16;

  private final Workers workers;
  private final Chunk[] chunks;
  private final Buffer products = new Buffer();

  WinogradFilterGradient(Workers workers) {
    this.workers = workers;
    chunks = new Chunk[workers.threads()];
    Arrays.setAll(chunks, i -> new Chunk());
  }

  /**
   * Computes the gradient for {@code images} images.
   *
   * @param dy a window for each tile
   * @param dw (kh, kw, input channels) x output channels
   */
  void run(Winograd winograd, TileInput in, Window dy, int columns, int images, RowSink dw) {
    int tiles = images * in.down() * in.across();
    boolean small = winograd.planes() * (long) in.depth() * columns <= MAX_SUMS;
    int count = small ? Math.clamp(tiles / MIN_TILES, 1, SLICES) : 1;
    Blocks slices = Blocks.even(tiles, Math.ceilDiv(tiles, count), 1);
    boolean whole = slices.count() >= MIN_TASKS;
    TileInput[] parts = whole ? new TileInput[] {in} : in.phases();
    int shares = whole ? 1 : Math.ceilDiv(MIN_TASKS, parts.length);
    int panels = Math.ceilDiv(columns, COLUMNS);
    Blocks across = Blocks.even(panels, Math.ceilDiv(panels, shares), 1);
    Sums sums = new Sums(winograd, parts, slices.count(), columns, products);
    int perSlice = parts.length * across.count();
    workers.run(
        slices.count() * perSlice,
        (task, worker) -> {
          int slice = task / perSlice;
          int part = task % perSlice / across.count();
          int share = task % across.count();
          Chunk chunk = chunks[worker];
          chunk.prepare(
              sums,
              part,
              dy,
              across.start(share),
              across.length(share),
              Math.min(CHUNK, slices.length(slice)));
          int end = slices.start(slice) + slices.length(slice);
          for (int tile = slices.start(slice); tile < end; tile += CHUNK) {
            chunk.add(slice, tile, Math.min(CHUNK, end - tile), tile == slices.start(slice));
          }
        });
    Blocks rows = new Blocks(in.channels(), ROWS_PER_TASK);
    workers.run(
        in.step() * in.step() * rows.count(),
        (task, worker) -> {
          int phase = task / rows.count();
          int block = task % rows.count();
          sums.merge(phase, rows.start(block));
          for (int i = rows.start(block); i < rows.start(block) + rows.length(block); i++) {
            sums.write(phase, i, in, chunks[worker], dw);
          }
        });
  }

  /** The sums of each slice and part of the input, for each plane (columns x rows) in panels. */
  private static final class Sums {
    private final Winograd winograd;
    private final TileInput[] parts;
    private final int slices;
    private final int columns;
    private final Panels m;

    Sums(Winograd winograd, TileInput[] parts, int slices, int columns, Buffer buffer) {
      this.winograd = winograd;
      this.parts = parts;
      this.slices = slices;
      this.columns = columns;
      int rows = Blocks.roundUp(parts[0].depth(), WIDTH);
      m = new Panels(buffer, slices * parts.length * winograd.planes(), columns, COLUMNS, rows);
    }

    /** The first plane of a part. */
    int plane(int slice, int part) {
      return (slice * parts.length + part) * winograd.planes();
    }

    /** Adds up the slices, for {@link #ROWS_PER_TASK} channels of a phase. */
    void merge(int phase, int channel) {
      int row = rowOf(phase, channel);
      for (int plane = 0; plane < winograd.planes(); plane++) {
        for (int panel = 0; panel < m.count; panel++) {
          int to = m.at(plane(0, partOf(phase)) + plane, panel, row);
          for (int slice = 1; slice < slices; slice++) {
            int from = m.at(plane(slice, partOf(phase)) + plane, panel, row);
            Transfer.add(m.data, from, m.data, to, ROWS_PER_TASK * COLUMNS);
          }
        }
      }
    }

    private int partOf(int phase) {
      return parts.length == 1 ? 0 : phase;
    }

    private int rowOf(int phase, int channel) {
      return parts.length == 1 ? phase * parts[0].paddedChannels() + channel : channel;
    }

    void write(int phase, int channel, TileInput in, Chunk worker, RowSink dw) {
      int taps = winograd.side().taps();
      int width = m.count * COLUMNS;
      float[] g = worker.patches.atLeast(taps * taps * width);
      for (int panel = 0; panel < m.count; panel++) {
        winograd.filterGradient(
            COLUMNS,
            m.data,
            m.at(plane(0, partOf(phase)), panel, rowOf(phase, channel)),
            winograd.side().points() * m.plane,
            m.plane,
            worker.scratch,
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

  /** One worker's tiles, transformed. */
  private static final class Chunk {
    private final Buffer patches = new Buffer();
    private final Buffer scratch = new Buffer();
    private final Buffer inputs = new Buffer();
    private final Buffer gradients = new Buffer();
    private Sums sums;
    private int part;
    private Window dy;
    private int firstPanel;
    private Panels v;
    private Panels e;

    /** For a part of the input's channels and some panels of the gradient's. */
    void prepare(Sums sums, int part, Window dy, int firstPanel, int panels, int tiles) {
      this.sums = sums;
      this.part = part;
      this.dy = dy;
      this.firstPanel = firstPanel;
      int planes = sums.winograd.planes();
      v = new Panels(inputs, planes, sums.parts[part].depth(), WIDTH, tiles);
      e = new Panels(gradients, planes, panels * COLUMNS, COLUMNS, tiles);
    }

    /** Adds what some tiles contribute. */
    void add(int slice, int first, int count, boolean start) {
      for (int tile = 0; tile < count; tile++) {
        transformInput(first + tile, tile);
        transformGradient(first + tile, tile);
      }
      for (int plane = 0; plane < sums.winograd.planes(); plane++) {
        multiply(plane, sums.plane(slice, part) + plane, count, start);
      }
    }

    private void transformInput(int tile, int at) {
      TileInput in = sums.parts[part];
      in.transform(tile, patches, scratch, v.data, v.at(0, 0, at), WIDTH, v.stride, v.plane);
    }

    private void transformGradient(int tile, int at) {
      int side = sums.winograd.side().outputs();
      int columns = sums.columns;
      float[] g = patches.atLeast(dy.depth() + COLUMNS);
      dy.read(tile, 0, dy.depth(), g, 0);
      for (int panel = 0; panel < e.count; panel++) {
        sums.winograd.gradient(
            COLUMNS,
            g,
            (firstPanel + panel) * COLUMNS,
            side * columns,
            columns,
            scratch,
            e.data,
            e.at(0, panel, at),
            e.plane);
      }
    }

    private void multiply(int plane, int target, int tiles, boolean start) {
      int rows = sums.parts[part].depth();
      float[] m = sums.m.data;
      for (int right = 0; right < e.count; right++) {
        int b = e.at(plane, right, 0);
        for (int left = 0; left < v.count; left++) {
          int height = Math.min(WIDTH, rows - left * WIDTH);
          int a = v.at(plane, left, 0);
          int c = sums.m.at(target, firstPanel + right, left * WIDTH);
          if (start) {
            MicroKernels.firstColumnPanel(height, tiles, v.data, a, e.data, b, m, c);
          } else {
            MicroKernels.columnPanel(height, tiles, v.data, a, e.data, b, m, c);
          }
        }
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
