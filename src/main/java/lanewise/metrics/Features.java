package lanewise.metrics;

/**
 * Points in a space of features, one after the other.
 *
 * @param values {@code count() * dimensions} finite numbers; not copied
 * @param dimensions of a point
 */
public record Features(float[] values, int dimensions) {

  /**
   * Checks the sizes and that all values are finite.
   *
   * @throws IllegalArgumentException if they are not whole points, or one is not a number
   */
  public Features {
    if (dimensions < 1 || values.length == 0 || values.length % dimensions != 0) {
      throw new IllegalArgumentException(
          "%d values are not whole points of %d dimensions".formatted(values.length, dimensions));
    }
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            "point %d has the coordinate %s".formatted(i / dimensions, values[i]));
      }
    }
  }

  /** The number of points, at least 1. */
  public int count() {
    return values.length / dimensions;
  }

  void requireSameSpace(Features other) {
    if (dimensions != other.dimensions) {
      throw new IllegalArgumentException(
          "points of %d and of %d dimensions have no distance"
              .formatted(dimensions, other.dimensions));
    }
  }
}
