package lanewise.inference;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Places for arrays in one block, of which those that are needed at the same time do not overlap,
 * unless one is consumed from its beginning as the other is written. The largest come first, each
 * where it enlarges the block least.
 *
 * @param offsets of each array
 * @param size of the block
 */
record MemoryPlan(long[] offsets, long size) {
  /** Arrays start on a cache line. */
  private static final int ALIGNMENT = 16;

  /** A lead is small if it is this part of an array. */
  private static final int SPACED = 8;

  /**
   * An array.
   *
   * @param size in elements
   * @param from the step that makes it, and makes nothing else
   * @param to the last step that needs it
   * @param lead how many elements behind the beginning of what step {@code to} makes it has to
   *     begin, so that nothing is written there that has yet to be read
   */
  record Life(long size, int from, int to, long lead) {

    boolean overlaps(Life other) {
      return from <= other.to && other.from <= to;
    }

    private Life aligned() {
      return new Life(align(size), from, to, align(lead));
    }
  }

  static MemoryPlan of(List<Life> lives) {
    List<Life> aligned = lives.stream().map(Life::aligned).toList();
    return new Search(aligned).plan();
  }

  private static long align(long elements) {
    return (elements + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** Places on both sides of the first array's. */
  private static final class Search {
    private final List<Life> lives;
    private final long[] offsets;
    private final List<Integer> placed = new ArrayList<>();
    private long begin;
    private long end;

    Search(List<Life> lives) {
      this.lives = lives;
      offsets = new long[lives.size()];
    }

    MemoryPlan plan() {
      IntStream.range(0, lives.size())
          .boxed()
          .sorted(Comparator.comparingLong((Integer i) -> lives.get(i).size).reversed())
          .forEach(this::place);
      return new MemoryPlan(
          LongStream.of(offsets).map(offset -> offset - begin).toArray(), end - begin);
    }

    private void place(int i) {
      long size = lives.get(i).size;
      offsets[i] =
          candidates(i)
              .filter(at -> placed.stream().allMatch(other -> areApart(i, at, other)))
              .boxed()
              .min(
                  Comparator.comparingLong(
                          (Long at) -> Math.max(end, at + size) - Math.min(begin, at))
                      .thenComparing(Comparator.naturalOrder()))
              .orElseThrow();
      begin = Math.min(begin, offsets[i]);
      end = Math.max(end, offsets[i] + size);
      placed.add(i);
    }

    /** Next to each array that has a place, and over it as far as that may be. */
    private LongStream candidates(int i) {
      LongStream besides =
          placed.stream()
              .flatMapToLong(
                  other ->
                      LongStream.of(
                          offsets[other] - space(lives.get(other)) - lives.get(i).size,
                          offsets[other] - lives.get(other).lead,
                          offsets[other] + lives.get(i).lead,
                          offsets[other] + lives.get(other).size + space(lives.get(i))));
      return LongStream.concat(LongStream.of(0), besides);
    }

    /** What is left free in front of an array, so that the one made of it fits in there. */
    private static long space(Life life) {
      return life.lead <= life.size / SPACED ? life.lead : 0;
    }

    private boolean areApart(int i, long at, int other) {
      Life life = lives.get(i);
      Life placed = lives.get(other);
      long behind = at - offsets[other];
      return !life.overlaps(placed)
          || behind >= placed.size + space(life)
          || -behind >= life.size + space(placed)
          || life.to == placed.from && behind >= life.lead
          || placed.to == life.from && -behind >= placed.lead;
    }
  }
}
