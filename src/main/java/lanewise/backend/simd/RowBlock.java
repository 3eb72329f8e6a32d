package lanewise.backend.simd;

import static lanewise.backend.simd.MicroKernels.COLUMNS;
import static lanewise.backend.simd.MicroKernels.MAX_DEPTH;
import static lanewise.backend.simd.MicroKernels.ROWS;
import static lanewise.backend.simd.MicroKernels.ROW_GRANULE;
import static lanewise.backend.simd.MicroKernels.ROW_STRIDE;

import java.util.Arrays;

/** One worker's block of rows, times some panels of the right operand. */
final class RowBlock {
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
    Blocks segments = Blocks.even(right.depth(), MAX_DEPTH, 1);
    for (int segment = 0; segment < segments.count(); segment++) {
      int from = segments.start(segment);
      int depth = segments.length(segment);
      float[] a = pack(source, first, rows, from, depth);
      for (int panel = 0; panel < panels; panel++) {
        int b = right.at(firstPanel + panel, from);
        for (int r = 0; r < rows; r += ROWS) {
          MicroKernels.rowPanel(
              Math.min(ROWS, rows - r),
              depth,
              a,
              r * ROW_STRIDE,
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
    float[] a = left.atLeast(paddedRows * ROW_STRIDE);
    for (int r = 0; r < rows; r++) {
      source.read(first + r, from, depth, a, r * ROW_STRIDE);
    }
    for (int r = rows; r < Blocks.roundUp(rows, ROW_GRANULE); r++) {
      Arrays.fill(a, r * ROW_STRIDE, r * ROW_STRIDE + depth, 0);
    }
    return a;
  }
}
