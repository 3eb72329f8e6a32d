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

  /** Elements of all filters beyond which a task computes one product alone. */
  private static final int LARGE_FILTERS = 1 << 21;

  private final Workers workers;
  private final WinogradBlock[] blocks;

  WinogradProduct(Workers workers) {
    this.workers = workers;
    blocks = new WinogradBlock[workers.threads()];
    Arrays.setAll(blocks, i -> new WinogradBlock());
  }

  /**
   * Computes some products of {@code images} images.
   *
   * @param in of each product; all have the same tiles
   * @param filter of each product in turn
   */
  void run(Winograd winograd, TileInput[] in, FilterPanels filter, PixelGrid[] out, int images) {
    int tiles = images * in[0].down() * in[0].across();
    int limit = winograd.side().outputs() == 2 ? SMALL_TILES : LARGE_TILES;
    Blocks chunks = Blocks.even(tiles, limit, ROWS);
    int shares = Math.ceilDiv(MIN_TASKS, chunks.count());
    int panels = Math.max(Math.ceilDiv(filter.count(), shares), MIN_COLUMNS / COLUMNS);
    Blocks across = Blocks.even(filter.count(), panels, 1);
    // Products share inputs and so the cache, unless their filters displace everything.
    Blocks products = new Blocks(in.length, filter.size() > LARGE_FILTERS ? 1 : in.length);
    int perProduct = chunks.count() * across.count();
    workers.run(
        products.count() * perProduct,
        (task, worker) -> {
          int first = products.start(task / perProduct);
          int chunk = task % perProduct / across.count();
          int share = task % across.count();
          WinogradBlock block = blocks[worker];
          for (int product = first; product < first + products.size(); product++) {
            block.transform(winograd, in[product], chunks.start(chunk), chunks.length(chunk));
            block.multiply(filter, product, across.start(share), across.length(share));
            block.write(in[product], out[product], filter.columns());
          }
        });
  }
}
