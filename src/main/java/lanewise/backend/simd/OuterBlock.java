package lanewise.backend.simd;

import static lanewise.backend.simd.MicroKernels.COLUMNS;
import static lanewise.backend.simd.MicroKernels.WIDTH;

import java.util.Arrays;

/** One worker's block of a sum of outer products of rows. */
final class OuterBlock {
  /** Rows packed at a time, so that panels stay in the second-level cache. */
  private static final int DEPTH_AT_A_TIME = 128;

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
    paddedRows = Blocks.roundUp(rows, WIDTH);
    panels = Math.ceilDiv(columns, COLUMNS);
    float[] c = product.atLeast(Buffer.LINE + panels * paddedRows * COLUMNS);
    for (int p = start; p < end; p += DEPTH_AT_A_TIME) {
      int depth = Math.min(DEPTH_AT_A_TIME, end - p);
      int leftStride = stride(depth, WIDTH);
      int rightStride = stride(depth, COLUMNS);
      float[] l = pack(a, p, depth, firstRow, rows, WIDTH, left);
      float[] r = pack(b, p, depth, firstColumn, columns, COLUMNS, right);
      for (int panel = 0; panel < panels; panel++) {
        for (int i = 0; i < rows; i += WIDTH) {
          int count = Math.min(WIDTH, rows - i);
          int ao = Buffer.LINE + i / WIDTH * leftStride;
          int bo = Buffer.LINE + panel * rightStride;
          int co = Buffer.LINE + (panel * paddedRows + i) * COLUMNS;
          if (p == start) {
            MicroKernels.firstColumnPanel(count, depth, l, ao, r, bo, c, co);
          } else {
            MicroKernels.columnPanel(count, depth, l, ao, r, bo, c, co);
          }
        }
      }
    }
  }

  /** A row of the sum, in an array that the next call overwrites. */
  float[] row(int r) {
    float[] values = row.atLeast(panels * COLUMNS);
    Transfer.collect(
        product.atLeast(0),
        Buffer.LINE + r * COLUMNS,
        paddedRows * COLUMNS,
        panels,
        COLUMNS,
        values);
    return values;
  }

  /** Packs {@code count} elements of each row into panels {@code [depth][width]}. */
  private float[] pack(
      RowSource source, int first, int depth, int from, int count, int width, Buffer buffer) {
    int pieces = Math.ceilDiv(count, width);
    int stride = stride(depth, width);
    float[] packed = buffer.atLeast(Buffer.LINE + pieces * stride);
    if (source instanceof Matrix matrix) {
      matrix.readPanels(first, depth, from, count, width, packed, Buffer.LINE, stride);
      return packed;
    }
    float[] values = row.atLeast(pieces * width);
    Arrays.fill(values, count, pieces * width, 0);
    for (int p = 0; p < depth; p++) {
      source.read(first + p, from, count, values, 0);
      Transfer.spread(values, pieces, width, packed, Buffer.LINE + p * width, stride);
    }
    return packed;
  }

  /** One step more than needed: panels a power of two apart would share their cache sets. */
  private static int stride(int depth, int width) {
    return (depth + 1) * width;
  }
}
