package lanewise.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NearestNeighboursTest {
  private static final int DIMENSIONS = 19;

  private static Features random(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count * DIMENSIONS];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new Features(values, DIMENSIONS);
  }

  private static double distance(Features a, int i, Features b, int j) {
    double sum = 0;
    for (int k = 0; k < DIMENSIONS; k++) {
      double d = a.values()[i * DIMENSIONS + k] - (double) b.values()[j * DIMENSIONS + k];
      sum += d * d;
    }
    return Math.sqrt(sum);
  }

  /** Parts of more and of fewer points than are compared at a time. */
  @Test
  void findsWhatSortingAllDistancesFinds() {
    Features queries = random(7, 1);
    List<Features> parts = List.of(random(600, 2), random(1, 3), random(301, 4));
    NearestNeighbours found = new NearestNeighbours(queries, 5);
    parts.forEach(found::add);

    float[] joined = new float[902 * DIMENSIONS];
    int at = 0;
    for (Features part : parts) {
      System.arraycopy(part.values(), 0, joined, at, part.values().length);
      at += part.values().length;
    }
    Features all = new Features(joined, DIMENSIONS);
    for (int query = 0; query < queries.count(); query++) {
      int q = query;
      List<Integer> sorted =
          IntStream.range(0, all.count())
              .boxed()
              .sorted(Comparator.comparingDouble(point -> distance(queries, q, all, point)))
              .toList();
      for (int rank = 0; rank < 5; rank++) {
        assertEquals(sorted.get(rank), found.point(query, rank));
        assertEquals(
            distance(queries, query, all, sorted.get(rank)), found.distance(query, rank), 1e-5);
      }
    }
  }

  @Test
  void ofEquallyNearPointsTheFirstWins() {
    Features query = new Features(new float[] {0}, 1);
    NearestNeighbours found = new NearestNeighbours(query, 3);
    found.add(new Features(new float[] {2, -1, 1}, 1));
    found.add(new Features(new float[] {1, 0}, 1));
    assertEquals(List.of(4, 1, 2), IntStream.range(0, 3).mapToObj(k -> found.point(0, k)).toList());
  }

  @Test
  void tooFewPointsLeaveRanksEmpty() {
    NearestNeighbours found = new NearestNeighbours(new Features(new float[] {0}, 1), 2);
    found.add(new Features(new float[] {3}, 1));
    assertEquals(0, found.point(0, 0));
    assertEquals(3, found.distance(0, 0));
    assertEquals(-1, found.point(0, 1));
    assertEquals(Double.POSITIVE_INFINITY, found.distance(0, 1));
  }
}
