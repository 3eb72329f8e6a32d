package lanewise.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SampleDependenceTest {

  @Test
  void independentSamplesHaveNone() {
    SampleDependence d = SampleDependence.of(z -> z, 8, 4, 5000, 0);
    assertEquals(0, d.change());
    assertEquals(0, d.relative());
    // Two independent standard normal values differ by sqrt(2).
    assertEquals(Math.sqrt(2), d.spread(), 0.02);
  }

  @Test
  void theMeanOfABatchIsAKnownDependence() {
    // Each of 4 samples minus the batch's mean: replacing 3 of 4 latents changes the mean by
    // sqrt(2 * 3) / 4, and two samples differ by sqrt(2).
    SampleDependence d = SampleDependence.of(SampleDependenceTest::centred, 4, 1, 20_000, 1);
    assertEquals(Math.sqrt(6) / 4, d.change(), 0.01);
    assertEquals(Math.sqrt(2), d.spread(), 0.02);
    assertEquals(Math.sqrt(3) / 4, d.relative(), 0.01);
  }

  private static float[] centred(float[] z) {
    float mean = (z[0] + z[1] + z[2] + z[3]) / 4;
    return new float[] {z[0] - mean, z[1] - mean, z[2] - mean, z[3] - mean};
  }

  @Test
  void aCollapsedBatchDependsWithoutBound() {
    SampleDependence d =
        SampleDependence.of(
            z -> {
              float[] y = new float[z.length];
              float sum = 0;
              for (float v : z) {
                sum += v;
              }
              Arrays.fill(y, sum);
              return y;
            },
            4,
            1,
            10,
            2);
    assertEquals(0, d.spread());
    assertEquals(Double.POSITIVE_INFINITY, d.relative());
  }

  @Test
  void aConstantGeneratorDoesNotDepend() {
    assertEquals(0, SampleDependence.of(z -> new float[4], 4, 3, 5, 0).relative());
  }

  @Test
  void refusesABatchOfOne() {
    assertThrows(IllegalArgumentException.class, () -> SampleDependence.of(z -> z, 1, 4, 3, 0));
  }
}
