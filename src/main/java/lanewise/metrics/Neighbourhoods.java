package lanewise.metrics;

import java.util.Arrays;

/**
 * Features with the distances from each point to its nearest others: the balls whose union stands
 * for the manifold that the points were drawn from.
 */
public final class Neighbourhoods {
  private final Features features;
  private final int neighbours;

  /** For each point the squared distances to its neighbours, nearest first. */
  private final float[] squared;

  private Neighbourhoods(Features features, int neighbours, float[] squared) {
    this.features = features;
    this.neighbours = neighbours;
    this.squared = squared;
  }

  /**
   * Finds the nearest neighbours of every point, by comparing all pairs.
   *
   * @param neighbours how many; a point is not its own neighbour, a copy of it is
   * @throws IllegalArgumentException if there are not more points than that
   */
  public static Neighbourhoods of(Features features, int neighbours) {
    if (neighbours < 1 || features.count() <= neighbours) {
      throw new IllegalArgumentException(
          "%d points have no %d neighbours each".formatted(features.count(), neighbours));
    }
    float[] nearest = new float[features.count() * neighbours];
    Arrays.fill(nearest, Float.POSITIVE_INFINITY);
    new PairwiseDistances(features)
        .forEachRow(
            features,
            (row, first, distances, count) -> {
              int last = (row + 1) * neighbours - 1;
              for (int i = 0; i < count; i++) {
                if (distances[i] < nearest[last] && first + i != row) {
                  insert(distances[i], nearest, last, neighbours);
                }
              }
            });
    return new Neighbourhoods(features, neighbours, nearest);
  }

  /** Puts a distance in its place among the sorted ones that end at {@code last}. */
  private static void insert(float distance, float[] nearest, int last, int neighbours) {
    int at = last;
    while (at > last - neighbours + 1 && nearest[at - 1] > distance) {
      nearest[at] = nearest[at - 1];
      at--;
    }
    nearest[at] = distance;
  }

  public Features features() {
    return features;
  }

  /** The largest k that {@link #squaredRadius} takes. */
  public int neighbours() {
    return neighbours;
  }

  /**
   * The squared distance of a point to its k-th nearest neighbour.
   *
   * @param k from 1
   */
  float squaredRadius(int point, int k) {
    return squared[point * neighbours + k - 1];
  }
}
