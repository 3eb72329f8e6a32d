package lanewise.backend.simd;

import static lanewise.backend.simd.MicroKernels.COLUMNS;
import static lanewise.backend.simd.MicroKernels.ROWS;

/**
 * Convolutions of stride 1 between lattices of pixels by Winograd's method, in parallel over chunks
 * of tiles and, where these are few, over blocks of the output's channels.
 */
final class WinogradProduct {
  /** Tiles of a chunk: as many as use a panel of the filter while it is in the cache. */
  private static final int SMALL_TILES = 4 * ROWS;

  /** The same for tiles of 4 x 4, of which fewer fill the second-level cache. */
  private static final int LARGE_TILES = 2 * ROWS;

  /** Tasks below which the output's channels are shared out too, {@link #MIN_COLUMNS} at least. */
  private static final int MIN_TASKS = 8;

  private static final int MIN_COLUMNS = 128;

  private final Workers workers;
  private final WinogradBlock[] blocks;
  private final TileScratch[] scratch;

  WinogradProduct(Workers workers) {
    this.workers = workers;
    blocks = WinogradBlock.forEach(workers);
    scratch = TileScratch.forEach(workers);
  }

  /** Computes {@code images} images. */
  void run(Winograd winograd, TileInput in, FilterPanels filter, PixelGrid out, int images) {
    int tiles = images * in.down() * in.across();
    int together = WinogradBlock.together(winograd, in, filter, ROWS);
    if (together > 0) {
      runTogether(winograd, in, filter, out, Blocks.even(tiles, together, ROWS));
      return;
    }
    int limit = winograd.side().outputs() == 2 ? SMALL_TILES : LARGE_TILES;
    Blocks chunks = Blocks.even(tiles, limit, ROWS);
    int shares = Math.ceilDiv(MIN_TASKS, chunks.count());
    int panels = Math.max(Math.ceilDiv(filter.count(), shares), MIN_COLUMNS / COLUMNS);
    Blocks across = Blocks.even(filter.count(), panels, 1);
    workers.run(
        chunks.count() * across.count(),
        (task, worker) -> {
          int first = chunks.start(task / across.count());
          int count = chunks.length(task / across.count());
          int share = task % across.count();
          WinogradBlock block = blocks[worker];
          block.reset(winograd, in, first, count, across.start(share), across.length(share), 1);
          block.transform(0, count, scratch[worker]);
          block.multiply(filter, 0, 0);
          block.write(0, count, in, out, filter.columns(), scratch[worker]);
        });
  }

  private void runTogether(
      Winograd winograd, TileInput in, FilterPanels filter, PixelGrid out, Blocks chunks) {
    WinogradBlock block = blocks[0];
    for (int chunk = 0; chunk < chunks.count(); chunk++) {
      int tiles = chunks.length(chunk);
      block.reset(winograd, in, chunks.start(chunk), tiles, 0, filter.count(), 1);
      block.multiplyTogether(workers, scratch, filter, 1);
      Blocks parts = new Blocks(tiles, ROWS);
      workers.run(
          parts.count(),
          (task, worker) ->
              block.write(
                  parts.start(task),
                  parts.length(task),
                  in,
                  out,
                  filter.columns(),
                  scratch[worker]));
    }
  }
}
