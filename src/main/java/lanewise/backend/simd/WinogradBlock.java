package lanewise.backend.simd;

import static lanewise.backend.simd.MicroKernels.COLUMNS;
import static lanewise.backend.simd.MicroKernels.MAX_DEPTH;
import static lanewise.backend.simd.MicroKernels.ROWS;
import static lanewise.backend.simd.MicroKernels.ROW_GRANULE;
import static lanewise.backend.simd.MicroKernels.ROW_STRIDE;

import java.util.Arrays;

/**
 * Some tiles of a Winograd convolution: transformed, multiplied and transformed back.
 *
 * <p>Planes are multiplied one after the other, so that only one needs to stay in the second-level
 * cache. Either one worker does it all, for as many tiles as the caches hold, or all do each step
 * together, for many tiles, so that a large filter is read from memory once.
 */
final class WinogradBlock {
  /** Elements of a filter beyond which tiles are computed together. */
  private static final int LARGE_FILTER = 1 << 21;

  /** Elements of inputs and products that are computed together at most. */
  private static final int MAX_SIZE = 1 << 24;

  /** Tasks below which workers would wait for each other, if each had its own tiles. */
  private static final int MIN_TASKS = 8;

  private static final int TILES_PER_TASK = ROWS;

  private final Buffer inputs = new Buffer();
  private final Buffer products = new Buffer();
  private Winograd winograd;
  private TileSource in;
  private int first;
  private int tiles;
  private int paddedTiles;
  private int segment;
  private int inputPlane;
  private int panels;
  private int productPlane;
  private float[] v;
  private float[] m;

  /** One for each worker. */
  static WinogradBlock[] forEach(Workers workers) {
    WinogradBlock[] all = new WinogradBlock[workers.threads()];
    Arrays.setAll(all, i -> new WinogradBlock());
    return all;
  }

  /**
   * The tiles of as many images as should be computed together, or 0.
   *
   * @param tilesOfImage that must not be separated
   * @param tasks that there would be if each worker had its own tiles
   */
  static int together(
      Winograd winograd, TileSource in, FilterPanels filter, int tilesOfImage, int tasks) {
    if (filter.size() < LARGE_FILTER && tasks >= MIN_TASKS) {
      return 0;
    }
    long columns = filter.size() / filter.depth();
    long perTile = winograd.planes() * (long) in.depth() + columns;
    return (int) (MAX_SIZE / (perTile * tilesOfImage)) * tilesOfImage;
  }

  /**
   * Makes room for {@code tiles} tiles from {@code first} on.
   *
   * @param panels of the filter
   * @param slots for products that are kept at a time
   */
  void reset(Winograd winograd, TileSource in, int first, int tiles, int panels, int slots) {
    this.winograd = winograd;
    this.in = in;
    this.first = first;
    this.tiles = tiles;
    this.panels = panels;
    paddedTiles = Blocks.roundUp(tiles, ROWS);
    segment = Blocks.even(in.depth(), MAX_DEPTH, FilterPanels.SQUARE).size();
    // Not quite a power of two, or a tile's vectors of all planes would share their cache sets.
    inputPlane = Math.ceilDiv(in.depth(), segment) * paddedTiles * ROW_STRIDE + FilterPanels.SQUARE;
    productPlane = panels * paddedTiles * COLUMNS;
    v =
        inputs.atLeast(
            Math.addExact(Buffer.LINE, Math.multiplyExact(winograd.planes(), inputPlane)));
    m =
        products.atLeast(
            Math.addExact(
                Buffer.LINE, Math.multiplyExact(slots * winograd.planes(), productPlane)));
  }

  /**
   * Computes the products of all tiles with the help of all workers.
   *
   * @param count of the filter's products: each has its slot
   */
  void multiplyTogether(Workers workers, TileScratch[] scratch, FilterPanels filter, int count) {
    Blocks chunks = new Blocks(tiles, TILES_PER_TASK);
    workers.run(
        chunks.count(),
        (task, worker) -> transform(chunks.start(task), chunks.length(task), scratch[worker]));
    int planes = count * winograd.planes();
    Blocks shares =
        Blocks.even(panels, Math.ceilDiv(panels, Math.ceilDiv(Blocks.TASKS, planes)), 1);
    workers.run(
        planes * shares.count(),
        (task, worker) -> {
          int share = task % shares.count();
          int plane = task / shares.count();
          multiply(filter, plane, plane, shares.start(share), shares.length(share));
        });
  }

  /** Transforms {@code count} of the tiles. */
  void transform(int from, int count, TileScratch scratch) {
    int stride = paddedTiles * ROW_STRIDE;
    for (int tile = from; tile < from + count; tile++) {
      int at = inputAt(tile, 0);
      in.transform(
          first + tile, scratch.patch(), scratch.rows(), v, at, segment, stride, inputPlane);
    }
    int end = from + count == tiles ? Blocks.roundUp(tiles, ROW_GRANULE) : 0;
    for (int tile = tiles; tile < end; tile++) {
      for (int plane = 0; plane < winograd.planes(); plane++) {
        for (int k = 0; k < in.depth(); k += segment) {
          int at = plane * inputPlane + inputAt(tile, k);
          Arrays.fill(v, at, at + Math.min(segment, in.depth() - k), 0);
        }
      }
    }
  }

  /** Where step {@code k} of a tile's first plane lies, in row panels. */
  private int inputAt(int tile, int k) {
    return Buffer.LINE + (k / segment * paddedTiles + tile) * ROW_STRIDE + k % segment;
  }

  /** Computes one of the filter's products of all tiles. */
  void multiply(FilterPanels filter, int product, int slot) {
    for (int plane = 0; plane < winograd.planes(); plane++) {
      int from = product * winograd.planes() + plane;
      multiply(filter, from, slot * winograd.planes() + plane, 0, panels);
    }
  }

  /** Multiplies by some of the panels of one plane of a product. */
  private void multiply(FilterPanels filter, int from, int to, int start, int count) {
    int a = from % winograd.planes() * inputPlane;
    for (int k = 0; k < filter.depth(); k += segment) {
      int depth = Math.min(segment, filter.depth() - k);
      for (int panel = start; panel < start + count; panel++) {
        int b = filter.at(from, panel, k);
        int c = productAt(to, panel, 0);
        multiply(depth, k == 0, a + inputAt(0, k), filter.data(), b, c);
      }
    }
  }

  private void multiply(int depth, boolean start, int a, float[] filter, int b, int c) {
    for (int tile = 0; tile < tiles; tile += ROWS) {
      int rows = Math.min(ROWS, tiles - tile);
      int ao = a + tile * ROW_STRIDE;
      int co = c + tile * COLUMNS;
      if (start) {
        MicroKernels.firstRowPanel(rows, depth, v, ao, filter, b, m, co);
      } else {
        MicroKernels.rowPanel(rows, depth, v, ao, filter, b, m, co);
      }
    }
  }

  private int productAt(int plane, int panel, int tile) {
    return Buffer.LINE + plane * productPlane + (panel * paddedTiles + tile) * COLUMNS;
  }

  /** Transforms the products of {@code count} tiles back and writes the pixels that exist. */
  void write(int from, int count, TileInput in, PixelGrid out, int columns, TileScratch scratch) {
    int width = panels * COLUMNS;
    int side = winograd.side().outputs();
    float[] y = scratch.pixels().atLeast(Buffer.LINE + winograd.pixels() * width);
    for (int tile = from; tile < from + count; tile++) {
      for (int panel = 0; panel < panels; panel++) {
        winograd.output(
            COLUMNS,
            m,
            productAt(0, panel, tile),
            winograd.side().points() * productPlane,
            productPlane,
            scratch.rows(),
            y,
            Buffer.LINE + panel * COLUMNS,
            width);
      }
      int x = (first + tile) % in.across() * side;
      int rowOfAll = (first + tile) / in.across();
      int row = rowOfAll % in.down() * side;
      int image = rowOfAll / in.down();
      for (int i = 0; i < Math.min(side, out.height() - row); i++) {
        for (int j = 0; j < Math.min(side, out.width() - x); j++) {
          int at = Buffer.LINE + (i * side + j) * width;
          out.write(image, row + i, x + j, 0, columns, y, at);
        }
      }
    }
  }

  /**
   * Transforms one tile's product back to the gradients of what it sees, pixel by pixel, from
   * {@link Buffer#LINE} on.
   */
  float[] inputGradient(int slot, int tile, TileScratch scratch) {
    int width = panels * COLUMNS;
    float[] dd = scratch.pixels().atLeast(Buffer.LINE + winograd.planes() * width);
    for (int panel = 0; panel < panels; panel++) {
      winograd.inputGradient(
          COLUMNS,
          m,
          productAt(slot * winograd.planes(), panel, tile),
          winograd.side().points() * productPlane,
          productPlane,
          scratch.rows(),
          dd,
          Buffer.LINE + panel * COLUMNS,
          width);
    }
    return dd;
  }
}
