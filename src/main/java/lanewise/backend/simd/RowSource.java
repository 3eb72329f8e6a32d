package lanewise.backend.simd;

import static lanewise.backend.simd.MicroKernels.DEPTH;

import java.util.Arrays;

/** A matrix of which pieces of rows are read, however it is stored or made up. */
interface RowSource {

  /** Writes the elements {@code from} to {@code from + count - 1} of a row to {@code to}. */
  void read(int row, int from, int count, float[] to, int at);

  /**
   * Reads into a panel: in pieces of {@link MicroKernels#DEPTH}, {@code stride} apart, the last one
   * filled up with zeros.
   *
   * @param from a multiple of {@link MicroKernels#DEPTH}
   * @param buffer for the pieces before they are moved apart
   */
  default void readPieces(
      int row, int from, int count, float[] to, int at, int stride, float[] buffer) {
    int pieces = Math.ceilDiv(count, DEPTH);
    read(row, from, count, buffer, 0);
    Arrays.fill(buffer, count, pieces * DEPTH, 0);
    Transfer.spread(buffer, pieces, DEPTH, to, at, stride);
  }
}
