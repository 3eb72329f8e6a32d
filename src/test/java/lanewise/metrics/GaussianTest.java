package lanewise.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GaussianTest {

  private static double distance(Features a, Features b) {
    return Gaussian.fit(a).frechetDistance(Gaussian.fit(b));
  }

  static List<Reference.Case> cases() {
    return Reference.cases("frechet");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithScipy(Reference.Case c) {
    double expected = c.number("distance");
    assertEquals(expected, distance(c.first(), c.second()), 1e-9 * (1 + expected));
    assertEquals(expected, distance(c.second(), c.first()), 1e-9 * (1 + expected));
  }

  @Test
  void inOneDimensionItIsTheDistanceOfMeansAndDeviations() {
    // Means 1 and 6, standard deviations (n - 1) sqrt(2) and 3 sqrt(2).
    Features a = new Features(new float[] {0, 2}, 1);
    Features b = new Features(new float[] {3, 9}, 1);
    double deviations = 3 * Math.sqrt(2) - Math.sqrt(2);
    assertEquals(25 + deviations * deviations, distance(a, b), 1e-12);
  }

  @Test
  void covariancesThatDoNotCommuteAreNotMistakenForTheirDeviations() {
    // The same variances in both coordinates, correlated by +1 in one and by -1 in the other.
    Features up = new Features(new float[] {-1, -1, 1, 1}, 2);
    Features down = new Features(new float[] {-1, 1, 1, -1}, 2);
    // tr C1 + tr C2 = 4 + 4, and C1 C2 = 0.
    assertEquals(8, distance(up, down), 1e-12);
  }

  @Test
  void collapsedSamplesHaveADistance() {
    Features spread = new Features(new float[] {0, 0, 4, 0, 0, 4, 4, 4}, 2);
    Features collapsed = new Features(new float[] {2, 2, 2, 2, 2, 2}, 2);
    // Equal means; the trace of the covariance of the spread points is 2 * 16 / 3.
    assertEquals(32.0 / 3, distance(spread, collapsed), 1e-12);
    assertEquals(0, distance(collapsed, collapsed), 0);
  }

  @Test
  void refusesWhatHasNoCovarianceOrNoCommonSpace() {
    Features one = new Features(new float[] {1, 2}, 2);
    assertTrue(
        assertThrows(IllegalArgumentException.class, () -> Gaussian.fit(one))
            .getMessage()
            .contains("at least 2 points"));
    Gaussian plane = Gaussian.fit(new Features(new float[4], 2));
    Gaussian line = Gaussian.fit(new Features(new float[4], 1));
    assertThrows(IllegalArgumentException.class, () -> plane.frechetDistance(line));
  }

  @Test
  void refusesFeaturesThatAreNotNumbers() {
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new Features(new float[] {0, 1, 2, Float.NaN}, 2));
    assertEquals("point 1 has the coordinate NaN", e.getMessage());
  }
}
