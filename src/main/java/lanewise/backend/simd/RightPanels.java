package lanewise.backend.simd;

import static lanewise.backend.simd.MicroKernels.COLUMNS;

import java.util.Arrays;

/**
 * The right operand (depth x columns) of a product, packed once for all workers: for every {@link
 * MicroKernels#COLUMNS} columns a panel {@code [depth][COLUMNS]}, filled up with zeros to whole
 * vectors.
 */
final class RightPanels {
  private static final int ROWS_PER_TASK = 64;

  /** Rows that are transposed at a time. */
  private static final int SQUARE = 16;

  private final Workers workers;
  private final Buffer buffer = new Buffer();
  private final Buffer[] rows;
  private float[] data;
  private int depth;
  private int columns;
  private int stride;

  RightPanels(Workers workers) {
    this.workers = workers;
    rows = new Buffer[workers.threads()];
    Arrays.setAll(rows, i -> new Buffer());
  }

  int depth() {
    return depth;
  }

  int columns() {
    return columns;
  }

  /** Number of panels. */
  int count() {
    return Math.ceilDiv(columns, COLUMNS);
  }

  float[] data() {
    return data;
  }

  /** Where step {@code k} of a panel begins. */
  int at(int panel, int k) {
    return Buffer.LINE + panel * stride + k * COLUMNS;
  }

  /** Packs the rows of a matrix. */
  void pack(RowSource source, int depth, int columns) {
    reset(depth, columns);
    workers.run(
        Math.ceilDiv(depth, ROWS_PER_TASK),
        (task, worker) -> {
          int first = task * ROWS_PER_TASK;
          packRows(source, first, Math.min(ROWS_PER_TASK, depth - first));
        });
  }

  /** As {@link #pack}, without the help of other workers. */
  void packAlone(RowSource source, int depth, int columns) {
    reset(depth, columns);
    packRows(source, 0, depth);
  }

  private void packRows(RowSource source, int first, int count) {
    for (int k = first; k < first + count; k++) {
      source.readPieces(k, columns, data, at(0, k), stride);
    }
  }

  /** Packs the transposes of matrices (columns x depth), one below the other. */
  void packTransposed(RowSource[] stack, int depthOfEach, int columns) {
    reset(stack.length * depthOfEach, columns);
    workers.run(
        stack.length * count(),
        (task, worker) ->
            packTransposed(
                stack[task / count()],
                task / count() * depthOfEach,
                depthOfEach,
                task % count(),
                rows[worker]));
  }

  /** In squares that stay in the first-level cache, as one side is always far apart in memory. */
  private void packTransposed(RowSource source, int first, int depth, int panel, Buffer buffer) {
    float[] square = buffer.atLeast(COLUMNS * SQUARE);
    int width = Math.min(COLUMNS, columns - panel * COLUMNS);
    Arrays.fill(square, width * SQUARE, COLUMNS * SQUARE, 0);
    for (int k = 0; k < depth; k += SQUARE) {
      int height = Math.min(SQUARE, depth - k);
      source.readTile(panel * COLUMNS, width, k, height, square, 0, SQUARE);
      Transfer.transpose(square, COLUMNS, SQUARE, height, data, at(panel, first + k));
    }
  }

  private void reset(int depth, int columns) {
    this.depth = depth;
    this.columns = columns;
    // One step more than needed: panels a power of two apart would share their cache sets.
    stride = (depth + 1) * COLUMNS;
    data = buffer.atLeast(Math.addExact(Buffer.LINE, Math.multiplyExact(count(), stride)));
  }
}
