package lanewise.backend.simd;

import static lanewise.backend.simd.MicroKernels.COLUMNS;

import java.util.Arrays;

/**
 * A filter in Winograd's form: for each plane a right operand (depth x columns) in panels as {@link
 * RightPanels} has them.
 */
final class FilterPanels {
  /** Rows of the operand that are transformed at a time. */
  static final int SQUARE = 16;

  private final Workers workers;
  private final Buffer buffer = new Buffer();
  private final Buffer[] taps;
  private final Buffer[] rows;
  private final Buffer[] scratch;
  private float[] data;
  private int depth;
  private int columns;
  private int panelStride;
  private int planeStride;
  private int size;

  FilterPanels(Workers workers) {
    this.workers = workers;
    taps = Buffer.forEach(workers);
    rows = Buffer.forEach(workers);
    scratch = Buffer.forEach(workers);
  }

  int depth() {
    return depth;
  }

  int columns() {
    return columns;
  }

  /** Panels of each plane. */
  int count() {
    return Math.ceilDiv(columns, COLUMNS);
  }

  /** Elements of all planes of all products. */
  int size() {
    return size;
  }

  float[] data() {
    return data;
  }

  /** Where step {@code k} of a panel begins. */
  int at(int plane, int panel, int k) {
    return Buffer.LINE + plane * planeStride + panel * panelStride + k * COLUMNS;
  }

  /**
   * Packs the filters of some products, of which each has as many, one below the other, each filled
   * up with zeros to a multiple of {@link #SQUARE}. The planes of one product follow on those of
   * the other.
   *
   * @param taps of each filter in turn, row by row: matrices of {@code rowsOfEach} x {@code
   *     columns}, or of {@code columns} x {@code rowsOfEach} if they are transposed
   */
  void pack(
      Winograd winograd,
      int products,
      RowSource[] taps,
      boolean transposed,
      int rowsOfEach,
      int columns) {
    int side = winograd.side().taps();
    int tapsOfEach = side * side;
    int squares = Math.ceilDiv(rowsOfEach, SQUARE);
    int filters = taps.length / tapsOfEach;
    int filtersOfProduct = filters / products;
    reset(products * winograd.planes(), filtersOfProduct * squares * SQUARE, columns);
    // A task reads whole rows, as memory is fast only from one address to the next.
    int tasksOfEach = transposed ? count() : squares;
    int blocks = transposed ? squares : count();
    int elements = SQUARE * COLUMNS;
    int strip = blocks * elements;
    workers.run(
        filters * tasksOfEach,
        (task, worker) -> {
          int filter = task / tasksOfEach;
          int index = task % tasksOfEach;
          float[] values = this.taps[worker].atLeast(Buffer.LINE + tapsOfEach * strip);
          for (int i = 0; i < tapsOfEach; i++) {
            RowSource tap = taps[filter * tapsOfEach + i];
            int at = Buffer.LINE + i * strip;
            if (transposed) {
              readTransposed(tap, index, rowsOfEach, rows[worker], values, at);
            } else {
              read(tap, index * SQUARE, Math.min(SQUARE, rowsOfEach - index * SQUARE), values, at);
            }
          }
          int plane = filter / filtersOfProduct * winograd.planes();
          for (int block = 0; block < blocks; block++) {
            int panel = transposed ? index : block;
            int square = transposed ? block : index;
            winograd.filter(
                elements,
                values,
                Buffer.LINE + block * elements,
                side * strip,
                strip,
                scratch[worker],
                data,
                at(plane, panel, (filter % filtersOfProduct * squares + square) * SQUARE),
                planeStride);
          }
        });
  }

  /** Reads some rows of all panels. */
  private void read(RowSource tap, int first, int height, float[] to, int at) {
    int apart = SQUARE * COLUMNS;
    for (int k = 0; k < height; k++) {
      tap.readPieces(first + k, columns, to, at + k * COLUMNS, apart);
    }
    for (int panel = 0; panel < count(); panel++) {
      Arrays.fill(to, at + panel * apart + height * COLUMNS, at + (panel + 1) * apart, 0);
    }
  }

  /** Reads all rows of a panel. */
  private void readTransposed(
      RowSource tap, int panel, int height, Buffer buffer, float[] to, int at) {
    int padded = Blocks.roundUp(height, SQUARE);
    // Not quite a power of two, or the rows would share their cache sets.
    int apart = padded + SQUARE;
    float[] lines = buffer.atLeast(COLUMNS * apart);
    int width = Math.min(COLUMNS, columns - panel * COLUMNS);
    Arrays.fill(lines, 0, COLUMNS * apart, 0);
    tap.readTile(panel * COLUMNS, width, 0, height, lines, 0, apart);
    Transfer.transpose(lines, COLUMNS, apart, padded, to, at);
  }

  private void reset(int planes, int depth, int columns) {
    this.depth = depth;
    this.columns = columns;
    // One step more than needed: panels a power of two apart would share their cache sets.
    panelStride = (depth + 1) * COLUMNS;
    planeStride = Math.multiplyExact(count(), panelStride);
    size = Math.multiplyExact(planes, planeStride);
    data = buffer.atLeast(Math.addExact(Buffer.LINE, size));
  }
}
