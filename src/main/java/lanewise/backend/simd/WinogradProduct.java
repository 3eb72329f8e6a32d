package lanewise.backend.simd;

import static lanewise.backend.simd.MicroKernels.COLUMNS;
import static lanewise.backend.simd.MicroKernels.ROWS;

import java.util.Arrays;

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

  WinogradProduct(Workers workers) {
    this.workers = workers;
    blocks = new WinogradBlock[workers.threads()];
    Arrays.setAll(blocks, i -> new WinogradBlock());
  }

  /** Computes {@code images} images. */
  void run(Winograd winograd, TileInput in, FilterPanels filter, PixelGrid out, int images) {
    int tiles = images * in.down() * in.across();
    int limit = winograd.side().outputs() == 2 ? SMALL_TILES : LARGE_TILES;
    Blocks chunks = Blocks.even(tiles, limit, ROWS);
    int shares = Math.ceilDiv(MIN_TASKS, chunks.count());
    int panels = Math.max(Math.ceilDiv(filter.count(), shares), MIN_COLUMNS / COLUMNS);
    Blocks across = Blocks.even(filter.count(), panels, 1);
    workers.run(
        chunks.count() * across.count(),
        (task, worker) -> {
          int chunk = task / across.count();
          int share = task % across.count();
          WinogradBlock block = blocks[worker];
          block.transform(winograd, in, chunks.start(chunk), chunks.length(chunk));
          block.multiply(filter, 0, across.start(share), across.length(share));
          block.write(in, out, filter.columns());
        });
  }
}
