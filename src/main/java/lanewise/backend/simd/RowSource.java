package lanewise.backend.simd;

import java.util.Arrays;

/** A matrix of which pieces of rows are read, however it is stored or made up. */
interface RowSource {

  /** Writes the elements {@code from} to {@code from + count - 1} of a row to {@code to}. */
  void read(int row, int from, int count, float[] to, int at);

  /** Writes the same elements of {@code rows} rows, {@code apart} from each other. */
  default void readTile(int first, int rows, int from, int count, float[] to, int at, int apart) {
    for (int r = 0; r < rows; r++) {
      read(first + r, from, count, to, at + r * apart);
    }
  }

  /**
   * Writes the first {@code count} elements of a row in pieces of {@link MicroKernels#COLUMNS},
   * {@code apart} from each other, the last filled up with zeros.
   */
  default void readPieces(int row, int count, float[] to, int at, int apart) {
    for (int from = 0; from < count; from += MicroKernels.COLUMNS) {
      int length = Math.min(MicroKernels.COLUMNS, count - from);
      read(row, from, length, to, at);
      Arrays.fill(to, at + length, at + MicroKernels.COLUMNS, 0);
      at += apart;
    }
  }
}
