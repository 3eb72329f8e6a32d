package lanewise.backend.simd;

import static lanewise.backend.simd.MicroKernels.COLUMNS;
import static lanewise.backend.simd.MicroKernels.DEPTH;
import static lanewise.backend.simd.MicroKernels.ROWS;
import static lanewise.backend.simd.MicroKernels.ROW_GRANULE;

import java.util.Arrays;

/** One worker's block of rows, times some panels of the right operand. */
final class RowBlock {
  /** Depth packed at a time, so that the left panels stay in the second-level cache. */
  private static final int DEPTH_AT_A_TIME = 512;

  private final Buffer left = new Buffer();
  private final Buffer product = new Buffer();
  private final Buffer row = new Buffer();
  private int paddedRows;
  private int panels;

  /** Computes {@code rows} rows from {@code first} on by {@code panels} panels. */
  void multiply(
      RowSource source, int first, int rows, RightPanels right, int firstPanel, int panels) {
    this.panels = panels;
    paddedRows = Blocks.roundUp(rows, ROWS);
    int size = panels * paddedRows * COLUMNS;
    float[] c = product.atLeast(size);
    Arrays.fill(c, 0, size, 0);
    for (int from = 0; from < right.depth(); from += DEPTH_AT_A_TIME) {
      int depth = Math.min(DEPTH_AT_A_TIME, right.depth() - from);
      int blocks = Math.ceilDiv(depth, DEPTH);
      float[] a = pack(source, first, rows, from, depth);
      for (int panel = 0; panel < panels; panel++) {
        int b = right.at(firstPanel + panel, from);
        for (int r = 0; r < rows; r += ROWS) {
          MicroKernels.rowPanel(
              Math.min(ROWS, rows - r),
              blocks,
              a,
              r * blocks * DEPTH,
              right.data(),
              b,
              c,
              (panel * paddedRows + r) * COLUMNS);
        }
      }
    }
  }

  /** A row of the product, in an array that the next call overwrites. */
  float[] row(int r) {
    float[] values = row.atLeast(panels * COLUMNS);
    Transfer.collect(
        product.atLeast(0), r * COLUMNS, paddedRows * COLUMNS, panels, COLUMNS, values);
    return values;
  }

  private float[] pack(RowSource source, int first, int rows, int from, int depth) {
    int blocks = Math.ceilDiv(depth, DEPTH);
    float[] a = left.atLeast(paddedRows * blocks * DEPTH);
    float[] values = row.atLeast(blocks * DEPTH);
    int filled = Blocks.roundUp(rows, ROW_GRANULE);
    for (int r = 0; r < filled; r++) {
      int at = r / ROWS * ROWS * blocks * DEPTH + r % ROWS * DEPTH;
      if (r < rows) {
        source.readPieces(first + r, from, depth, a, at, ROWS * DEPTH, values);
      } else {
        Transfer.zero(a, at, blocks * DEPTH, ROWS * DEPTH);
      }
    }
    return a;
  }
}
