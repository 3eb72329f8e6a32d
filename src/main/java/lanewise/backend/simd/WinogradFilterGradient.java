package lanewise.backend.simd;

import java.util.Arrays;

/**
 * The filter gradient of a convolution by Winograd's method: the sum of the outer products of
 * transformed inputs and transformed gradients, over all tiles, in each plane.
 *
 * <p>Tiles are transformed a chunk at a time for all workers, who then share out blocks of the
 * sums.
 */
final class WinogradFilterGradient {
  /** Elements of a chunk, which is written and read again at once. */
  private static final int CHUNK = 1 << 21;

  private static final int MIN_TILES = 96;
  private static final int TILES_PER_TASK = 16;
  private static final int ROWS_PER_TASK = 16;

  /** The largest block of the sums. */
  private static final int MAX_ROWS = 4 * MicroKernels.WIDTH;

  private static final int MAX_COLUMNS = 256;

  private final Workers workers;
  private final OuterBlock[] blocks;
  private final Buffer[] patches;
  private final Buffer inputs = new Buffer();
  private final Buffer gradients = new Buffer();
  private final Buffer sums = new Buffer();

  WinogradFilterGradient(Workers workers) {
    this.workers = workers;
    blocks = new OuterBlock[workers.threads()];
    Arrays.setAll(blocks, i -> new OuterBlock());
    patches = new Buffer[workers.threads()];
    Arrays.setAll(patches, i -> new Buffer());
  }

  /**
   * Computes the gradient for {@code images} images.
   *
   * @param dy a window of 2 x 2 for each tile
   * @param dw (kh, kw, input channels) x output channels
   */
  void run(Winograd winograd, TileInput in, Window dy, int columns, int images, RowSink dw) {
    int tiles = images * in.down() * in.across();
    int rows = in.phases() * in.paddedChannels();
    int width = Blocks.roundUp(columns, FilterPanels.SQUARE);
    int planes = winograd.planes();
    int fitting = CHUNK / (planes * (rows + width));
    Blocks chunks = Blocks.even(tiles, Math.max(MIN_TILES, fitting), TILES_PER_TASK);
    Stack v = new Stack(inputs, planes, chunks.size(), rows);
    Stack e = new Stack(gradients, planes, chunks.size(), width);
    Stack m = new Stack(sums, planes, rows, width);
    for (int chunk = 0; chunk < chunks.count(); chunk++) {
      transform(winograd, in, dy, columns, chunks.start(chunk), chunks.length(chunk), v, e);
      multiply(chunk == 0, chunks.length(chunk), v, e, m, columns);
    }
    write(winograd, in, m, columns, dw);
  }

  private void transform(
      Winograd winograd,
      TileInput in,
      Window dy,
      int columns,
      int first,
      int count,
      Stack v,
      Stack e) {
    Blocks tasks = new Blocks(count, TILES_PER_TASK);
    workers.run(
        tasks.count(),
        (task, worker) -> {
          Buffer buffer = patches[worker];
          int end = tasks.start(task) + tasks.length(task);
          for (int tile = tasks.start(task); tile < end; tile++) {
            float[] x = in.read(first + tile, buffer);
            for (int phase = 0; phase < in.phases(); phase++) {
              winograd.input(
                  in.paddedChannels(),
                  x,
                  in.phaseAt(phase),
                  in.rowStride(),
                  in.pixelStride(),
                  v.data,
                  v.at(0, tile) + phase * in.paddedChannels(),
                  v.plane);
            }
            float[] g = buffer.atLeast(dy.depth() + FilterPanels.SQUARE);
            dy.read(first + tile, 0, dy.depth(), g, 0);
            winograd.gradient(columns, g, 0, 2 * columns, columns, e.data, e.at(0, tile), e.plane);
          }
        });
  }

  private void multiply(boolean first, int tiles, Stack v, Stack e, Stack m, int columns) {
    Blocks down = Blocks.even(m.rows, MAX_ROWS, MicroKernels.WIDTH);
    Blocks across = Blocks.even(columns, MAX_COLUMNS, MicroKernels.COLUMNS);
    int perPlane = down.count() * across.count();
    workers.run(
        m.planes * perPlane,
        (task, worker) -> {
          int plane = task / perPlane;
          int i = task % perPlane / across.count();
          int j = task % across.count();
          OuterBlock block = blocks[worker];
          block.sum(
              v.plane(plane),
              down.start(i),
              down.length(i),
              e.plane(plane),
              across.start(j),
              across.length(j),
              0,
              tiles);
          for (int r = 0; r < down.length(i); r++) {
            float[] row = block.row(r);
            int at = m.at(plane, down.start(i) + r) + across.start(j);
            if (first) {
              System.arraycopy(row, 0, m.data, at, across.length(j));
            } else {
              Transfer.add(row, 0, m.data, at, across.length(j));
            }
          }
        });
  }

  private void write(Winograd winograd, TileInput in, Stack m, int columns, RowSink dw) {
    int taps = winograd.taps();
    int channels = in.channels();
    Blocks tasks = new Blocks(in.phases() * channels, ROWS_PER_TASK);
    workers.run(
        tasks.count(),
        (task, worker) -> {
          float[] g = patches[worker].atLeast(taps * taps * m.width);
          for (int i = tasks.start(task); i < tasks.start(task) + tasks.length(task); i++) {
            int phase = i / channels;
            int channel = i % channels;
            int at = m.at(0, phase * in.paddedChannels() + channel);
            winograd.filterGradient(
                columns, m.data, at, winograd.side() * m.plane, m.plane, g, 0, m.width);
            for (int tap = 0; tap < taps * taps; tap++) {
              int y = phase / in.step() + tap / taps * in.step();
              int x = phase % in.step() + tap % taps * in.step();
              int row = (y * taps * in.step() + x) * channels + channel;
              dw.write(row, 0, columns, g, tap * m.width);
            }
          }
        });
  }

  /** A matrix for each plane. */
  private static final class Stack {
    final float[] data;
    final int planes;
    final int rows;
    final int width;
    final int plane;

    Stack(Buffer buffer, int planes, int rows, int width) {
      this.planes = planes;
      this.rows = rows;
      this.width = width;
      // Not quite a power of two, or a row's vectors of all planes would share their cache sets.
      plane = Math.multiplyExact(rows, width) + FilterPanels.SQUARE;
      data = buffer.atLeast(Math.multiplyExact(planes, plane));
    }

    int at(int plane, int row) {
      return plane * this.plane + row * width;
    }

    RowSource plane(int plane) {
      return (row, from, count, to, at) ->
          System.arraycopy(data, at(plane, row) + from, to, at, count);
    }
  }
}
