package lanewise.metrics;

import java.util.Arrays;

/**
 * The points of a large set that are nearest to a few others, by Euclidean distance; the large set
 * comes in parts, so that it never has to be in memory.
 */
public final class NearestNeighbours {
  private final Features queries;
  private final int neighbours;

  /** For each query the squared distances to its neighbours, nearest first, and their numbers. */
  private final float[] squared;

  private final int[] points;
  private int seen;

  /**
   * Begins a search.
   *
   * @param neighbours to find for each query
   */
  public NearestNeighbours(Features queries, int neighbours) {
    this.queries = queries;
    this.neighbours = neighbours;
    squared = new float[queries.count() * neighbours];
    points = new int[squared.length];
    Arrays.fill(squared, Float.POSITIVE_INFINITY);
    Arrays.fill(points, -1);
  }

  /** Goes on with more points, which are numbered from the last part's end on. */
  public void add(Features part) {
    new PairwiseDistances(part)
        .forEachRow(
            queries,
            (query, first, distances, count) -> {
              int last = (query + 1) * neighbours - 1;
              for (int i = 0; i < count; i++) {
                if (distances[i] < squared[last]) {
                  insert(distances[i], seen + first + i, last);
                }
              }
            });
    seen += part.count();
  }

  private void insert(float distance, int point, int last) {
    int at = last;
    while (at > last - neighbours + 1 && squared[at - 1] > distance) {
      squared[at] = squared[at - 1];
      points[at] = points[at - 1];
      at--;
    }
    squared[at] = distance;
    points[at] = point;
  }

  /**
   * The number of a point.
   *
   * @param rank 0 for the nearest; of two that are as near, the first
   * @return -1 if there were fewer points
   */
  public int point(int query, int rank) {
    return points[query * neighbours + rank];
  }

  /** How far the point of a rank is; infinite if there were fewer points. */
  public double distance(int query, int rank) {
    return Math.sqrt(squared[query * neighbours + rank]);
  }
}
