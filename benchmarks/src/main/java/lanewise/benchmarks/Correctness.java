package lanewise.benchmarks;

import java.util.List;

/** Holds what an implementation computes to the scalar engine, before anything is timed. */
public final class Correctness {
  /**
   * The largest error, as a share of the largest value. Sums of 300,000 fp32 products in another
   * order differ by 1e-5, losses after three training steps by 1e-4; a wrong kernel by 1.
   */
  private static final double TOLERANCE = 1e-3;

  private Correctness() {}

  /**
   * Computes {@code workload} at a small size against scalar, and at full size against another
   * implementation.
   *
   * @return the larger error, relative to the largest value
   * @throws IllegalStateException if it is too large
   */
  public static double check(String name, Workload workload, int threads) {
    double error = error(name, "scalar", workload.small(), threads);
    if (!workload.small().equals(workload)) {
      String other = name.equals("simd") ? "torch-nchw" : "simd";
      error = Math.max(error, error(name, other, workload, threads));
    }
    return error;
  }

  private static double error(String name, String reference, Workload workload, int threads) {
    List<float[]> expected = compute(reference, workload, threads);
    List<float[]> actual = compute(name, workload, threads);
    double worst = 0;
    for (int i = 0; i < expected.size(); i++) {
      worst = Math.max(worst, error(expected.get(i), actual.get(i)));
    }
    // So that NaN fails.
    if (!(worst <= TOLERANCE)) {
      throw new IllegalStateException(
          "%s differs from %s by %.2g of the largest value in %s"
              .formatted(name, reference, worst, workload));
    }
    return worst;
  }

  private static List<float[]> compute(String name, Workload workload, int threads) {
    try (Work work = Implementations.named(name).prepare(workload, threads)) {
      for (int i = 0; i < workload.runsToCompare(); i++) {
        work.run();
      }
      return work.results();
    }
  }

  private static double error(float[] expected, float[] actual) {
    if (expected.length != actual.length) {
      throw new IllegalStateException(
          "%d values instead of %d".formatted(actual.length, expected.length));
    }
    double largest = 0;
    double error = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      double difference = Math.abs(expected[i] - (double) actual[i]);
      error = difference > error || Double.isNaN(difference) ? difference : error;
      if (Double.isNaN(error)) {
        return error;
      }
    }
    return error / largest;
  }
}
