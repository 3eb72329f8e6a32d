package lanewise.backend.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
    assertEquals(sums.length, actual.length, message);
    for (int i = 0; i < sums.length; i++) {
      int at = i;
      assertEquals(
          sums[i], actual[i], TOLERANCE * bounds[i] + 1e-30, () -> message + " at element " + at);
    }
  }
}
