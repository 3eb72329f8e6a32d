package lanewise.inference;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Places for arrays in one block, of which those that are needed at the same time do not overlap.
 * The largest come first, each at the lowest free place.
 *
 * @param offsets of each array
 * @param size of the block
 */
record MemoryPlan(long[] offsets, long size) {
  /** Arrays start on a cache line. */
  private static final int ALIGNMENT = 16;

  /**
   * An array.
   *
   * @param size in elements
   * @param from the first step that needs it
   * @param to the last one
   */
  record Life(long size, int from, int to) {

    boolean overlaps(Life other) {
      return from <= other.to && other.from <= to;
    }
  }

  static MemoryPlan of(List<Life> lives) {
    long[] offsets = new long[lives.size()];
    List<Integer> placed = new ArrayList<>();
    List<Integer> largestFirst = new ArrayList<>();
    for (int i = 0; i < lives.size(); i++) {
      largestFirst.add(i);
    }
    largestFirst.sort(Comparator.comparingLong((Integer i) -> lives.get(i).size).reversed());
    long size = 0;
    for (int i : largestFirst) {
      long at = 0;
      for (int other : placed) {
        boolean apart =
            !lives.get(i).overlaps(lives.get(other))
                || at + lives.get(i).size <= offsets[other]
                || end(lives, offsets, other) <= at;
        if (!apart) {
          at = end(lives, offsets, other);
        }
      }
      offsets[i] = at;
      size = Math.max(size, end(lives, offsets, i));
      placed.add(i);
      placed.sort(Comparator.comparingLong(p -> offsets[p]));
    }
    return new MemoryPlan(offsets, size);
  }

  private static long end(List<Life> lives, long[] offsets, int i) {
    return (offsets[i] + lives.get(i).size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
}
