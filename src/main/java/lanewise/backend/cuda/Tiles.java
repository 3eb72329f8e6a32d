package lanewise.backend.cuda;

/**
 * How blocks share an array [outer][rows][inner] whose rows are summed or walked along.
 *
 * <p>In a block, {@code lanes} threads lie along inner, {@code rows} along the rows and the rest
 * along outer; all are powers of two.
 *
 * @param splits runs into which the rows are cut, each the business of other blocks
 * @param blocks that this makes
 */
record Tiles(int lanes, int rows, int splits, long blocks) {
  /** Elements that are loaded by one access where they are aligned. */
  static final int QUAD = 4;

  /** Lanes at most: a warp along contiguous memory. */
  private static final int MAX_LANES = 32;

  /** Loads that a thread has under way at once. */
  private static final int LOADS = 4;

  /**
   * A partition for blocks of {@link Call#THREADS}.
   *
   * @param wanted how many blocks are enough
   * @param rowsPerThread at least, before the rows are cut
   */
  static Tiles of(int outer, int rows, int inner, long wanted, int rowsPerThread) {
    int width = inner % QUAD == 0 ? QUAD : 1;
    int lanes = Math.min(MAX_LANES, powerOfTwo(ceilDiv(inner, width)));
    int tileRows = Math.min(Call.THREADS / lanes, powerOfTwo(ceilDiv(rows, LOADS)));
    int outers = Call.THREADS / lanes / tileRows;
    long uncut = (long) ceilDiv(inner, lanes * width) * ceilDiv(outer, outers);
    long most = Math.max(1, rows / ((long) tileRows * rowsPerThread));
    int splits = (int) Math.min(most, (wanted + uncut - 1) / uncut);
    // No run is empty.
    splits = ceilDiv(rows, ceilDiv(rows, splits));
    return new Tiles(lanes, tileRows, splits, uncut * splits);
  }

  static int ceilDiv(int a, int b) {
    return Math.ceilDiv(a, b);
  }

  /** The smallest that is not less than {@code n}. */
  static int powerOfTwo(int n) {
    return n <= 1 ? 1 : Integer.highestOneBit(n - 1) << 1;
  }
}
