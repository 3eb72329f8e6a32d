package lanewise.backend.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import lanewise.backend.Activation;
import lanewise.backend.NormScope;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the conformance suite cannot see: hard data and the choice of a schedule. */
class NormalisationTest {

  /** The shift of a one-pass variance comes from the first pixels; here they are far off. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 16, 64, 65})
  void variancesSurviveALargeMeanAndOutliersInFront(int channels) {
    Shape shape = Shape.of(2, channels, 67, 61);
    Tensor x = TestTensors.poisoned(shape);
    Random random = new Random(channels);
    for (int i = 0; i < shape.size(); i++) {
      boolean first = i / channels % shape.plane() < 2;
      float value = first ? 0 : 1000 + (float) random.nextGaussian();
      x.segment().setAtIndex(JAVA_FLOAT, i, value);
    }
    Moments moments = moments(NormScope.INSTANCE, shape);
    forward(NormScope.INSTANCE, x, moments, 2);
    for (int n = 0; n < shape.n(); n++) {
      for (int c = 0; c < channels; c++) {
        double mean = 0;
        for (int p = 0; p < shape.plane(); p++) {
          mean += at(x, n, p, c) / shape.plane();
        }
        double variance = 0;
        for (int p = 0; p < shape.plane(); p++) {
          variance += Math.pow(at(x, n, p, c) - mean, 2) / shape.plane();
        }
        int i = n * channels + c;
        assertEquals(mean, moments.mean().segment().getAtIndex(JAVA_FLOAT, i), 3e-7 * mean);
        assertEquals(
            variance, moments.variance().segment().getAtIndex(JAVA_FLOAT, i), 5e-5 * variance);
      }
    }
  }

  private static double at(Tensor x, int n, int pixel, int channel) {
    Shape s = x.shape();
    return x.segment().getAtIndex(JAVA_FLOAT, (n * s.plane() + pixel) * s.c() + channel);
  }

  /** One thread takes sample by sample, five go through the whole batch twice. */
  @Test
  void bitsDoNotDependOnTheSchedule() {
    Shape shape = Shape.of(7, 48, 33, 31);
    Tensor x = TestTensors.random(shape, 5);
    for (NormScope scope : new NormScope[] {NormScope.INSTANCE, NormScope.LAYER}) {
      float[] alone = forward(scope, x, moments(scope, shape), 1);
      assertArrayEquals(alone, forward(scope, x, moments(scope, shape), 5), scope.toString());
    }
  }

  private static Moments moments(NormScope scope, Shape shape) {
    Shape table = scope.tableShape(shape);
    return new Moments(TestTensors.poisoned(table), TestTensors.poisoned(table), Source.INPUT);
  }

  private static float[] forward(NormScope scope, Tensor x, Moments moments, int threads) {
    Tensor y = TestTensors.poisoned(x.shape());
    try (Workers workers = new Workers(threads)) {
      NormSpec spec = new NormSpec(scope, 1e-5f, Activation.leakyRelu(0.2f));
      new Normalisation(workers).normForward(spec, x, Affine.NONE, moments, y);
    }
    return TestTensors.values(y);
  }
}
