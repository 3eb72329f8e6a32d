package lanewise.backend.simd;

/** Where the rows of a product go. */
interface RowSink {

  /** Stores {@code values} as the elements {@code from} to {@code from + count - 1} of a row. */
  void write(int row, int from, int count, float[] values, int at);

  /**
   * Stores the same elements of {@code rows} rows, whose values lie {@link MicroKernels#COLUMNS}
   * apart.
   */
  default void writeTile(int first, int rows, int from, int count, float[] values, int at) {
    for (int r = 0; r < rows; r++) {
      write(first + r, from, count, values, at + r * MicroKernels.COLUMNS);
    }
  }
}
