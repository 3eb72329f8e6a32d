package lanewise.backend.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;

/** Sums in double, with the sums of absolute values that bound their rounding in float. */
final class Expected {
  /** A few units in the last place of the sum of absolute values. */
  private static final double TOLERANCE = 1e-6;

  private final double[] sums;
  private final double[] bounds;

  Expected(int size) {
    sums = new double[size];
    bounds = new double[size];
  }

  void add(int index, double value) {
    sums[index] += value;
    bounds[index] += Math.abs(value);
  }

  void assertNear(float[] actual, String message) {
    assertNear(actual, bounds, message);
  }

  /**
   * Allows each element the rounding of the largest, as they are computed of each other's terms.
   */
  void assertNearTogether(float[] actual, String message) {
    double[] largest = new double[bounds.length];
    Arrays.fill(largest, Arrays.stream(bounds).max().orElseThrow());
    assertNear(actual, largest, message);
  }

  /** The root of the mean squared error, relative to that of the sums. */
  double error(float[] actual) {
    double errors = 0;
    double squares = 0;
    for (int i = 0; i < sums.length; i++) {
      errors += (actual[i] - sums[i]) * (actual[i] - sums[i]);
      squares += sums[i] * sums[i];
    }
    return Math.sqrt(errors / squares);
  }

  private void assertNear(float[] actual, double[] bounds, String message) {
    assertEquals(sums.length, actual.length, message);
    for (int i = 0; i < sums.length; i++) {
      int at = i;
      assertEquals(
          sums[i], actual[i], TOLERANCE * bounds[i] + 1e-30, () -> message + " at element " + at);
    }
  }
}
