package lanewise.benchmarks;

import java.util.List;

/**
 * Holds what implementations compute to the scalar engine, before anything is timed: at a small
 * size to scalar itself, at full size, where scalar would take minutes, to each other.
 */
public final class Correctness {
  private final Workload workload;
  private final int threads;
  private List<float[]> scalar;
  private String referenceName;
  private List<float[]> reference;

  public Correctness(Workload workload, int threads) {
    this.workload = workload;
    this.threads = threads;
  }

  /**
   * Checks one implementation.
   *
   * @param fresh the workload in that implementation, not yet run
   * @return the larger error, relative to the largest value
   * @throws IllegalStateException if it is too large
   */
  public double check(String name, Work fresh) {
    Workload small = workload.small();
    if (scalar == null) {
      scalar = compute("scalar", small);
    }
    double error = error(name, "scalar", scalar, compute(name, small));
    if (!small.equals(workload)) {
      if (reference == null) {
        referenceName = name.equals("torch-nchw") ? "simd" : "torch-nchw";
        reference = compute(referenceName, workload);
      }
      error = Math.max(error, error(name, referenceName, reference, run(fresh, workload)));
    }
    return error;
  }

  private List<float[]> compute(String name, Workload w) {
    try (Work work = Implementations.named(name).prepare(w, threads)) {
      return run(work, w);
    }
  }

  private static List<float[]> run(Work work, Workload workload) {
    for (int i = 0; i < workload.runsToCompare(); i++) {
      work.run();
    }
    return work.results();
  }

  private double error(String name, String other, List<float[]> expected, List<float[]> actual) {
    double worst = 0;
    for (int i = 0; i < expected.size(); i++) {
      worst = Math.max(worst, error(expected.get(i), actual.get(i)));
    }
    // So that NaN fails.
    if (!(worst <= workload.tolerance())) {
      throw new IllegalStateException(
          "%s differs from %s by %.2g of the largest value in %s"
              .formatted(name, other, worst, workload));
    }
    return worst;
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
      // Math.max hands NaN on.
      error = Math.max(error, Math.abs(expected[i] - (double) actual[i]));
    }
    return error / largest;
  }
}
