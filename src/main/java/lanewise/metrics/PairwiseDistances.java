package lanewise.metrics;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Squared Euclidean distances from many points to all points of a set, a block at a time.
 *
 * <p>A block is stored dimension by dimension, so that the inner loop runs over its points: sums of
 * floats along a point's own coordinates could not be vectorised without changing their order. The
 * differences are squared themselves; {@code |a|^2 + |b|^2 - 2ab} would lose the small distances
 * that neighbourhoods are made of.
 */
final class PairwiseDistances {
  /** Points of a block: with 128 dimensions, 256 KiB, which stays in the second-level cache. */
  private static final int BLOCK = 512;

  /** Points that visit a block one after the other while it is in the cache. */
  private static final int ROWS = 128;

  private final Features to;
  private final float[][] blocks;

  /** Receives the distances of one point; calls for one row come from one thread, in order. */
  @FunctionalInterface
  interface Row {
    /**
     * @param row the number of the point from which the distances are
     * @param first the number of the point to which {@code squared[0]} is
     * @param squared as many distances as {@code count} says
     */
    void accept(int row, int first, float[] squared, int count);
  }

  PairwiseDistances(Features to) {
    this.to = to;
    blocks =
        IntStream.range(0, Math.ceilDiv(to.count(), BLOCK))
            .mapToObj(block -> transposed(block * BLOCK))
            .toArray(float[][]::new);
  }

  private float[] transposed(int first) {
    int d = to.dimensions();
    float[] block = new float[d * BLOCK];
    for (int i = 0; i < count(first); i++) {
      for (int k = 0; k < d; k++) {
        block[k * BLOCK + i] = to.values()[(first + i) * d + k];
      }
    }
    return block;
  }

  private int count(int first) {
    return Math.min(BLOCK, to.count() - first);
  }

  /** Visits the distances from each point of {@code from}; in parallel for different points. */
  void forEachRow(Features from, Row action) {
    from.requireSameSpace(to);
    IntStream.range(0, Math.ceilDiv(from.count(), ROWS))
        .parallel()
        .forEach(
            chunk -> {
              int end = Math.min(from.count(), (chunk + 1) * ROWS);
              rows(from, chunk * ROWS, end, action);
            });
  }

  private void rows(Features from, int start, int end, Row action) {
    int d = to.dimensions();
    float[] squared = new float[BLOCK];
    for (int block = 0; block < blocks.length; block++) {
      for (int row = start; row < end; row++) {
        distances(from.values(), row * d, d, blocks[block], squared);
        action.accept(row, block * BLOCK, squared, count(block * BLOCK));
      }
    }
  }

  private static void distances(float[] x, int at, int d, float[] block, float[] squared) {
    Arrays.fill(squared, 0);
    int k = 0;
    for (; k + 4 <= d; k += 4) {
      addFour(x[at + k], x[at + k + 1], x[at + k + 2], x[at + k + 3], block, k * BLOCK, squared);
    }
    for (; k < d; k++) {
      add(x[at + k], block, k * BLOCK, squared);
    }
  }

  /** Four dimensions at once: a quarter of the loads and stores of the sums. */
  private static void addFour(
      float x0, float x1, float x2, float x3, float[] block, int at, float[] squared) {
    for (int i = 0; i < BLOCK; i++) {
      float d0 = x0 - block[at + i];
      float d1 = x1 - block[at + BLOCK + i];
      float d2 = x2 - block[at + 2 * BLOCK + i];
      float d3 = x3 - block[at + 3 * BLOCK + i];
      squared[i] += (d0 * d0 + d1 * d1) + (d2 * d2 + d3 * d3);
    }
  }

  private static void add(float x, float[] block, int at, float[] squared) {
    for (int i = 0; i < BLOCK; i++) {
      float difference = x - block[at + i];
      squared[i] += difference * difference;
    }
  }
}
