package lanewise.backend.simd;

/** A matrix of which pieces of rows are read, however it is stored or made up. */
interface RowSource {

  /** Writes the elements {@code from} to {@code from + count - 1} of a row to {@code to}. */
  void read(int row, int from, int count, float[] to, int at);
}
