package lanewise.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import lanewise.backend.NormScope;
import lanewise.benchmarks.Workload.Normalization;
import org.junit.jupiter.api.Test;

/** What passes and what fails the check of a normalisation's results, with a real one's. */
class CorrectnessTest {
  private static final Normalization NORM = new Normalization(NormScope.BATCH, 4, 64, 64);

  /** The SIMD engine's results after a change to y, dx, dgamma and dbeta. */
  private record Changed(Work right, Consumer<List<float[]>> change) implements Work {

    static Changed by(Consumer<List<float[]>> change) {
      return new Changed(Implementations.named("simd").prepare(NORM, 1), change);
    }

    @Override
    public void run() {
      right.run();
    }

    @Override
    public List<float[]> results() {
      List<float[]> results = right.results();
      change.accept(results);
      return results;
    }

    @Override
    public void close() {
      right.close();
    }
  }

  private static double check(Consumer<List<float[]>> change) {
    try (Work work = Changed.by(change)) {
      return new Correctness(NORM, 1).check("simd", work);
    }
  }

  private static void assertFails(Consumer<List<float[]>> change) {
    assertThrows(WrongResultException.class, () -> check(change));
  }

  @Test
  void equalResultsHaveNoError() {
    float[] values = Inputs.uniform(1000, 1);
    assertEquals(0, Correctness.relativeError(values, values.clone()));
    assertTrue(check(results -> {}) < 1e-5);
  }

  @Test
  void fewElementsOnTheOtherSideOfTheKinkPass() {
    check(
        results -> {
          float[] dx = results.get(1);
          for (int i = 0; i < 4; i++) {
            dx[1000 * i] *= Normalization.SLOPE;
          }
        });
  }

  @Test
  void oneMissingRowOfEachPlaneFails() {
    assertFails(
        results -> {
          float[] y = results.get(0);
          for (int i = 0; i < y.length; i += NORM.size() * NORM.size()) {
            Arrays.fill(y, i, i + NORM.size(), 0);
          }
        });
  }

  @Test
  void oneWrongChannelFails() {
    assertFails(results -> results.get(2)[17] *= 2);
  }

  @Test
  void activationForgottenInTheGradientFails() {
    assertFails(
        results -> {
          for (int i = 0; i < results.get(1).length; i += 50) {
            results.get(1)[i] /= Normalization.SLOPE;
          }
        });
  }

  @Test
  void notANumberFails() {
    assertFails(results -> results.get(1)[5] = Float.NaN);
  }

  @Test
  void anotherNumberOfValuesFails() {
    float[] values = Inputs.uniform(1000, 1);
    assertThrows(
        WrongResultException.class,
        () -> Correctness.relativeError(values, Inputs.uniform(999, 1)));
  }
}
