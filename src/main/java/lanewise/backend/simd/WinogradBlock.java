package lanewise.backend.simd;

import static lanewise.backend.simd.MicroKernels.COLUMNS;
import static lanewise.backend.simd.MicroKernels.MAX_DEPTH;
import static lanewise.backend.simd.MicroKernels.ROWS;
import static lanewise.backend.simd.MicroKernels.ROW_GRANULE;
import static lanewise.backend.simd.MicroKernels.ROW_STRIDE;

import java.util.Arrays;

/**
 * One worker's chunk of tiles.
 *
 * <p>Planes are multiplied one after the other, so that only one needs to stay in the second-level
 * cache.
 */
final class WinogradBlock {
  private final Buffer patch = new Buffer();
  private final Buffer scratch = new Buffer();
  private final Buffer inputs = new Buffer();
  private final Buffer products = new Buffer();
  private final Buffer pixels = new Buffer();
  private Winograd winograd;
  private int first;
  private int tiles;
  private int paddedTiles;
  private int segment;
  private int inputPlane;
  private int productPlane;
  private int firstPanel;
  private int panels;

  /** Transforms {@code tiles} tiles from {@code first} on. */
  void transform(Winograd winograd, TileSource in, int first, int tiles) {
    int depth = in.depth();
    this.winograd = winograd;
    this.first = first;
    this.tiles = tiles;
    paddedTiles = Blocks.roundUp(tiles, ROWS);
    segment = Blocks.even(depth, MAX_DEPTH, FilterPanels.SQUARE).size();
    // Not quite a power of two, or a tile's vectors of all planes would share their cache sets.
    inputPlane = inputAt(0, Blocks.roundUp(depth, segment)) + FilterPanels.SQUARE;
    int stride = paddedTiles * ROW_STRIDE;
    float[] v = inputs.atLeast(winograd.planes() * inputPlane);
    for (int tile = 0; tile < tiles; tile++) {
      in.transform(first + tile, patch, scratch, v, inputAt(tile, 0), segment, stride, inputPlane);
    }
    for (int tile = tiles; tile < Blocks.roundUp(tiles, ROW_GRANULE); tile++) {
      for (int plane = 0; plane < winograd.planes(); plane++) {
        for (int k = 0; k < depth; k += segment) {
          int at = plane * inputPlane + inputAt(tile, k);
          Arrays.fill(v, at, at + Math.min(segment, depth - k), 0);
        }
      }
    }
  }

  /** Where step {@code k} of a tile's first plane lies, in row panels. */
  private int inputAt(int tile, int k) {
    return (k / segment * paddedTiles + tile) * ROW_STRIDE + k % segment;
  }

  /** Multiplies by some panels of each plane of one product. */
  void multiply(FilterPanels filter, int product, int firstPanel, int panels) {
    this.firstPanel = firstPanel;
    this.panels = panels;
    productPlane = panels * paddedTiles * COLUMNS;
    int size = winograd.planes() * productPlane;
    float[] m = products.atLeast(size);
    for (int plane = 0; plane < winograd.planes(); plane++) {
      for (int k = 0; k < filter.depth(); k += segment) {
        for (int panel = 0; panel < panels; panel++) {
          multiply(filter, product, plane, panel, k, m);
        }
      }
    }
  }

  private void multiply(FilterPanels filter, int product, int plane, int panel, int k, float[] m) {
    int depth = Math.min(segment, filter.depth() - k);
    int b = filter.at(product * winograd.planes() + plane, firstPanel + panel, k);
    int c = plane * productPlane + panel * paddedTiles * COLUMNS;
    float[] v = inputs.atLeast(0);
    for (int tile = 0; tile < tiles; tile += ROWS) {
      int rows = Math.min(ROWS, tiles - tile);
      int a = plane * inputPlane + inputAt(tile, k);
      if (k == 0) {
        MicroKernels.firstRowPanel(rows, depth, v, a, filter.data(), b, m, c + tile * COLUMNS);
      } else {
        MicroKernels.rowPanel(rows, depth, v, a, filter.data(), b, m, c + tile * COLUMNS);
      }
    }
  }

  /** Transforms the products back and writes the pixels that exist. */
  void write(TileInput in, PixelGrid out, int columns) {
    int width = panels * COLUMNS;
    int from = firstPanel * COLUMNS;
    int count = Math.min(width, columns - from);
    int side = winograd.side().outputs();
    float[] m = products.atLeast(0);
    float[] y = pixels.atLeast(winograd.pixels() * width);
    for (int tile = 0; tile < tiles; tile++) {
      for (int panel = 0; panel < panels; panel++) {
        winograd.output(
            COLUMNS,
            m,
            (panel * paddedTiles + tile) * COLUMNS,
            winograd.side().points() * productPlane,
            productPlane,
            scratch,
            y,
            panel * COLUMNS,
            width);
      }
      int column = (first + tile) % in.across() * side;
      int rowOfAll = (first + tile) / in.across();
      int row = rowOfAll % in.down() * side;
      int image = rowOfAll / in.down();
      for (int i = 0; i < Math.min(side, out.height() - row); i++) {
        for (int j = 0; j < Math.min(side, out.width() - column); j++) {
          out.write(image, row + i, column + j, from, count, y, (i * side + j) * width);
        }
      }
    }
  }

  /** Transforms one of the chunk's tiles back to the gradients of what it sees, pixel by pixel. */
  float[] inputGradient(int tile) {
    int width = panels * COLUMNS;
    float[] dd = pixels.atLeast(winograd.planes() * width);
    for (int panel = 0; panel < panels; panel++) {
      winograd.inputGradient(
          COLUMNS,
          products.atLeast(0),
          (panel * paddedTiles + tile) * COLUMNS,
          winograd.side().points() * productPlane,
          productPlane,
          scratch,
          dd,
          panel * COLUMNS,
          width);
    }
    return dd;
  }
}
