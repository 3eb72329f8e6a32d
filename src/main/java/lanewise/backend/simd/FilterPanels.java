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
    int squaresOfProduct = taps.length / tapsOfEach / products * squares;
    reset(products * winograd.planes(), squaresOfProduct * SQUARE, columns);
    int elements = SQUARE * COLUMNS;
    workers.run(
        products * squaresOfProduct * count(),
        (task, worker) -> {
          int panel = task % count();
          int square = task / count();
          int firstRow = square % squares * SQUARE;
          int height = Math.min(SQUARE, rowsOfEach - firstRow);
          float[] values = this.taps[worker].atLeast(Buffer.LINE + tapsOfEach * elements);
          for (int i = 0; i < tapsOfEach; i++) {
            RowSource tap = taps[square / squares * tapsOfEach + i];
            int at = Buffer.LINE + i * elements;
            if (transposed) {
              readTransposed(tap, firstRow, height, panel, rows[worker], values, at);
            } else {
              read(tap, firstRow, height, panel, values, at);
            }
          }
          winograd.filter(
              elements,
              values,
              Buffer.LINE,
              side * elements,
              elements,
              scratch[worker],
              data,
              at(
                  square / squaresOfProduct * winograd.planes(),
                  panel,
                  square % squaresOfProduct * SQUARE),
              planeStride);
        });
  }

  private void read(RowSource tap, int first, int height, int panel, float[] to, int at) {
    int width = width(panel);
    for (int k = 0; k < height; k++) {
      tap.read(first + k, panel * COLUMNS, width, to, at + k * COLUMNS);
      Arrays.fill(to, at + k * COLUMNS + width, at + (k + 1) * COLUMNS, 0);
    }
    Arrays.fill(to, at + height * COLUMNS, at + SQUARE * COLUMNS, 0);
  }

  private void readTransposed(
      RowSource tap, int first, int height, int panel, Buffer buffer, float[] to, int at) {
    float[] square = buffer.atLeast(COLUMNS * SQUARE);
    int width = width(panel);
    Arrays.fill(square, 0, COLUMNS * SQUARE, 0);
    for (int column = 0; column < width; column++) {
      tap.read(panel * COLUMNS + column, first, height, square, column * SQUARE);
    }
    Transfer.transpose(square, COLUMNS, SQUARE, SQUARE, to, at);
  }

  private int width(int panel) {
    return Math.min(COLUMNS, columns - panel * COLUMNS);
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
