package lanewise.backend.simd;

import static lanewise.backend.simd.MicroKernels.COLUMNS;
import static lanewise.backend.simd.MicroKernels.DEPTH;

import java.util.Arrays;

/** One worker's block of a sum of outer products of rows. */
final class OuterBlock {
  /** Rows packed at a time, so that panels stay in the second-level cache. */
  private static final int DEPTH_AT_A_TIME = 192;

  private final Buffer left = new Buffer();
  private final Buffer right = new Buffer();
  private final Buffer product = new Buffer();
  private final Buffer row = new Buffer();
  private int paddedRows;
  private int panels;

  /**
   * Sums over the rows {@code start} to {@code end - 1} of both operands, of which it takes {@code
   * rows} elements (rows of the product) and {@code columns} elements (its columns).
   */
  void sum(
      RowSource a,
      int firstRow,
      int rows,
      RowSource b,
      int firstColumn,
      int columns,
      int start,
      int end) {
    paddedRows = Blocks.roundUp(rows, DEPTH);
    panels = Math.ceilDiv(columns, COLUMNS);
    int size = panels * paddedRows * COLUMNS;
    float[] c = product.atLeast(size);
    Arrays.fill(c, 0, size, 0);
    for (int p = start; p < end; p += DEPTH_AT_A_TIME) {
      int depth = Math.min(DEPTH_AT_A_TIME, end - p);
      int leftStride = stride(depth, DEPTH);
      int rightStride = stride(depth, COLUMNS);
      float[] l = packLeft(a, p, depth, firstRow, rows);
      float[] r = packRight(b, p, depth, firstColumn, columns);
      for (int panel = 0; panel < panels; panel++) {
        for (int i = 0; i < rows; i += DEPTH) {
          MicroKernels.columnPanel(
              Math.min(DEPTH, rows - i),
              depth,
              l,
              i / DEPTH * leftStride,
              r,
              panel * rightStride,
              c,
              (panel * paddedRows + i) * COLUMNS);
        }
      }
    }
  }

  /** A row of the sum, in an array that the next call overwrites. */
  float[] row(int r) {
    float[] values = row.atLeast(panels * COLUMNS);
    Transfer.collect(
        product.atLeast(0), r * COLUMNS, paddedRows * COLUMNS, panels, COLUMNS, values);
    return values;
  }

  /** Packs {@code count} elements of each row into panels {@code [depth][DEPTH]}. */
  private float[] packLeft(RowSource source, int first, int depth, int from, int count) {
    int pieces = Math.ceilDiv(count, DEPTH);
    int stride = stride(depth, DEPTH);
    float[] packed = left.atLeast(pieces * stride);
    float[] values = row.atLeast(pieces * DEPTH);
    for (int p = 0; p < depth; p++) {
      source.readPieces(first + p, from, count, packed, p * DEPTH, stride, values);
    }
    return packed;
  }

  /** Packs {@code count} elements of each row into panels {@code [depth][COLUMNS]}. */
  private float[] packRight(RowSource source, int first, int depth, int from, int count) {
    int pieces = Math.ceilDiv(count, COLUMNS);
    int stride = stride(depth, COLUMNS);
    float[] packed = right.atLeast(pieces * stride);
    float[] values = row.atLeast(pieces * COLUMNS);
    Arrays.fill(values, count, pieces * COLUMNS, 0);
    for (int p = 0; p < depth; p++) {
      source.read(first + p, from, count, values, 0);
      Transfer.spread(values, pieces, COLUMNS, packed, p * COLUMNS, stride);
    }
    return packed;
  }

  /** One step more than needed: panels a power of two apart would share their cache sets. */
  private static int stride(int depth, int width) {
    return (depth + 1) * width;
  }
}
