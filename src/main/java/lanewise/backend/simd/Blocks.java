package lanewise.backend.simd;

/**
 * How a range is cut into blocks of one size, but for the last. It depends on shapes alone, never
 * on the number of threads, so that sums have one order.
 */
record Blocks(int total, int size) {
  /**
   * Tasks that a loop should have at least, where its shape allows: several for each thread of a
   * usual machine, so that none waits long for the last one.
   */
  static final int TASKS = 32;

  /**
   * Blocks of nearly equal size: at most {@code limit}, rounded up to a multiple of {@code step}.
   */
  static Blocks even(int total, int limit, int step) {
    int count = Math.max(1, Math.ceilDiv(total, limit));
    return new Blocks(total, roundUp(Math.max(1, Math.ceilDiv(total, count)), step));
  }

  /** The rows of each of some images: as many blocks as give every thread work, of such heights. */
  static Blocks ofImages(int height, int images, int minRows, int maxRows) {
    int wanted = Math.ceilDiv(height, Math.ceilDiv(TASKS, images));
    return even(height, Math.clamp(wanted, minRows, maxRows), 1);
  }

  int count() {
    return Math.ceilDiv(total, size);
  }

  int start(int block) {
    return block * size;
  }

  int length(int block) {
    return Math.min(size, total - start(block));
  }

  static int roundUp(int value, int step) {
    return Math.ceilDiv(value, step) * step;
  }
}
