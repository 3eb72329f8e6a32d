package lanewise.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class CoverageTest {
  private static final double[] EVEN = {1, 1, 1, 1};

  @Test
  void mixtureAgreesWithNumpy() {
    float[] ring = new float[16];
    double[] real = new double[8];
    for (int i = 0; i < 8; i++) {
      ring[2 * i] = (float) Math.cos(i * Math.PI / 4);
      ring[2 * i + 1] = (float) Math.sin(i * Math.PI / 4);
      real[i] = i + 1;
    }
    float[] points = Reference.uniform(7, 2500, 2).values();
    for (int i = 0; i < points.length; i++) {
      points[i] *= 1.25f;
    }
    Map<?, ?> expected = Reference.map("mixture");
    MixtureCoverage coverage =
        MixtureCoverage.of(new Features(points, 2), new Features(ring, 2), 0.1, real);
    assertEquals(8, coverage.modes().modes());
    assertEquals(expected.get("captured"), coverage.modes().captured());
    assertEquals((double) expected.get("highQuality"), coverage.highQuality(), 1e-12);
    assertEquals((double) expected.get("reverseKl"), coverage.modes().reverseKl(), 1e-12);
  }

  @Test
  void onlyPointsOfHighQualityCaptureAMode() {
    Features means = new Features(new float[] {0, 0, 10, 0}, 2);
    // Two beside the first mode, one just within and one just beyond three deviations of it; and
    // one that is nearest to the second mode but far from it.
    Features points = new Features(new float[] {0, 0, 0.2f, 0, 0, 2.99f, 0, 3.01f, 6, 0}, 2);
    MixtureCoverage coverage = MixtureCoverage.of(points, means, 1, new double[] {1, 3});
    assertEquals(1, coverage.modes().captured());
    assertEquals(3 / 5.0, coverage.highQuality());
    assertEquals(Math.log(1 / 0.25), coverage.modes().reverseKl(), 1e-15);
  }

  @Test
  void aGeneratorWithoutGoodPointsIsInfinitelyFarFromRealData() {
    Features means = new Features(new float[] {0, 0, 10, 0}, 2);
    Features points = new Features(new float[] {5, 0, 5, 5}, 2);
    MixtureCoverage coverage = MixtureCoverage.of(points, means, 1, new double[] {1, 1});
    assertEquals(new ModeCoverage(2, 0, Double.POSITIVE_INFINITY), coverage.modes());
    assertEquals(0, coverage.highQuality());
  }

  @Test
  void classesByHand() {
    assertEquals(
        new ModeCoverage(4, 4, 0), ModeCoverage.of(new int[] {0, 1, 2, 3, 3, 2, 1, 0}, EVEN));
    assertEquals(
        new ModeCoverage(4, 1, Math.log(4)), ModeCoverage.of(new int[] {2, 2, 2, 2, 2}, EVEN));
    assertEquals(new ModeCoverage(4, 2, Math.log(2)), ModeCoverage.of(new int[] {0, 3}, EVEN));
    assertEquals(
        Double.POSITIVE_INFINITY,
        ModeCoverage.of(new int[] {0, 1}, new double[] {1, 0}).reverseKl());
  }

  @Test
  void diversityAgreesWithScipy() {
    Features points = Reference.points(1, 96, 7, 1, 0);
    assertEquals(Reference.number("diversity"), Diversity.withinBatches(points, 32), 1e-6);
  }

  @Test
  void diversityLooksWithinBatchesAlone() {
    Features points = new Features(new float[] {0, 0, 0, 100, 100, 104, 7}, 1);
    // Pairs of {0, 0, 0}: none apart. Pairs of {100, 100, 104}: 0, 4, 4. The rest is no batch.
    assertEquals(8 / 6.0, Diversity.withinBatches(points, 3));
  }
}
