package lanewise.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Held to SciPy 1.10:
 *
 * <pre>
 * from scipy import stats
 * a, b = [21.3, 20.1, 22.6], [25.2, 24.0, 27.9]
 * print(stats.ttest_ind(b, a, equal_var=False))  # statistic 3.2094735, pvalue 0.0417840
 * x, y = [0.31, 0.28, 0.02, 0.0, 0.11, 0.2], [0.4, 0.52, 0.9, 0.97, 0.7, 0.8]
 * print(stats.pearsonr(x, y))                    # statistic -0.9199686
 * </pre>
 */
class LabStatisticsTest {
  private static final Estimate A = Estimate.of(21.3, 20.1, 22.6);
  private static final Estimate B = Estimate.of(25.2, 24.0, 27.9);

  @Test
  void meanAndDeviationOfTheSample() {
    assertEquals(21.333333, A.mean(), 1e-6);
    assertEquals(1.2503333, A.deviation(), 1e-6);
    assertTrue(Double.isNaN(Estimate.of(5).deviation()));
  }

  @Test
  void deviationsHaveTwoDigits() {
    assertEquals("21.3 ± 1.3", A.toString());
    assertEquals("10 ± 0", Estimate.of(10, 10, 10).toString());
    assertEquals("0.9125 ± 0.0015", Estimate.of(0.911, 0.914, 0.9125).toString());
    assertEquals("0.667", Estimate.of(2 / 3.0).toString());
    assertEquals("1,234", Estimate.number(1234.4));
    assertEquals("0", Estimate.number(0));
    assertEquals("6.1e-07", Estimate.number(6.1e-7));
    assertEquals("2.0e-06 ± 1.4e-06", Estimate.of(1e-6, 3e-6).toString());
  }

  @Test
  void welchAgreesWithScipy() {
    WelchTest test = WelchTest.of(B, A);
    assertEquals(3.2094735, test.t(), 1e-6);
    assertTrue(test.exceedsSpread());
  }

  @Test
  void aLargeSpreadHidesADifference() {
    assertFalse(WelchTest.of(Estimate.of(25, 20, 30), A).exceedsSpread());
    assertFalse(WelchTest.of(A, A).exceedsSpread());
  }

  @Test
  void oneSeedHasNoSpread() {
    assertFalse(WelchTest.of(Estimate.of(1), Estimate.of(100)).exceedsSpread());
  }

  @Test
  void whatIsNotSpreadDiffersBeyondIt() {
    assertTrue(WelchTest.of(Estimate.of(9, 9, 9), Estimate.of(8, 8, 8)).exceedsSpread());
    assertFalse(WelchTest.of(Estimate.of(8, 8, 8), Estimate.of(8, 8, 8)).exceedsSpread());
  }

  @Test
  void twoEqualValuesHaveNoKnownSpread() {
    assertFalse(WelchTest.of(Estimate.of(10, 10), Estimate.of(9, 9)).exceedsSpread());
  }

  @Test
  void correlationAgreesWithScipy() {
    Correlation correlation =
        Correlation.of(
            List.of(0.31, 0.28, 0.02, 0.0, 0.11, 0.2), List.of(0.4, 0.52, 0.9, 0.97, 0.7, 0.8));
    assertEquals(-0.9199686, correlation.r(), 1e-6);
    assertEquals(0.811, correlation.limit(), 5e-4);
    assertTrue(
        Double.isNaN(
            Correlation.of(List.of(0.0, 0.0, 0.0, 0.0, 0.0), List.of(1.0, 2.0, 3.0, 4.0, 5.0))
                .r()));
  }
}
