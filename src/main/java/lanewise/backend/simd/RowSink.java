package lanewise.backend.simd;

/** Where the rows of a product go. */
interface RowSink {

  /** Stores {@code values} as the elements {@code from} to {@code from + count - 1} of a row. */
  void write(int row, int from, int count, float[] values, int at);
}
