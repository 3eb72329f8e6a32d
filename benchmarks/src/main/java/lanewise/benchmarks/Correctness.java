package lanewise.benchmarks;

import java.util.ArrayList;
import java.util.List;

/**
 * Holds what implementations compute to the scalar engine, before anything is timed: at a small
 * size to scalar itself, at full size, where scalar would take minutes, to each other.
 */
public final class Correctness {
  private final Workload workload;
  private final int threads;
  private List<List<float[]>> scalar;
  private String referenceName;
  private List<List<float[]>> reference;

  public Correctness(Workload workload, int threads) {
    this.workload = workload;
    this.threads = threads;
  }

  /**
   * Checks one implementation.
   *
   * @param fresh the workload in that implementation, not yet run
   * @return the largest of the relative errors of its results
   * @throws WrongResultException if one of them is more than the workload tolerates
   */
  public double check(String name, Work fresh) {
    Workload small = workload.small();
    if (scalar == null) {
      scalar = compute("scalar", small);
    }
    if (small.equals(workload)) {
      return error(name, "scalar", scalar, run(fresh, workload));
    }
    double error = error(name, "scalar", scalar, compute(name, small));
    if (reference == null) {
      referenceName = name.equals("torch-nchw") ? "simd" : "torch-nchw";
      reference = compute(referenceName, workload);
    }
    return Math.max(error, error(name, referenceName, reference, run(fresh, workload)));
  }

  private List<List<float[]>> compute(String name, Workload w) {
    try (Work work = Implementations.named(name).prepare(w, threads)) {
      return run(work, w);
    }
  }

  /** The results of each run. */
  private static List<List<float[]>> run(Work work, Workload workload) {
    List<List<float[]>> results = new ArrayList<>();
    for (int i = 0; i < workload.runsToCompare(); i++) {
      work.run();
      results.add(work.results());
    }
    return results;
  }

  private double error(
      String name, String other, List<List<float[]>> expected, List<List<float[]>> actual) {
    double worst = 0;
    for (int run = 0; run < expected.size(); run++) {
      for (int i = 0; i < expected.get(run).size(); i++) {
        double error = relativeError(expected.get(run).get(i), actual.get(run).get(i));
        double tolerance = workload.tolerance(run);
        // So that NaN fails.
        if (!(error <= tolerance)) {
          throw new WrongResultException(
              "%s differs from %s by %.2g where %.2g is allowed"
                  .formatted(name, other, error, tolerance));
        }
        worst = Math.max(worst, error);
      }
    }
    return worst;
  }

  /**
   * The root mean square of the differences over that of the expected values. Not the largest
   * difference: of 8 million elements, a few lie so near to LeakyReLU's kink that rounding decides
   * on which side, and their gradients differ by a factor of five between two correct results.
   */
  static double relativeError(float[] expected, float[] actual) {
    if (expected.length != actual.length) {
      throw new WrongResultException(
          "%d values instead of %d".formatted(actual.length, expected.length));
    }
    double differences = 0;
    double values = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = expected[i] - (double) actual[i];
      differences += difference * difference;
      values += (double) expected[i] * expected[i];
    }
    return differences == 0 ? 0 : Math.sqrt(differences / values);
  }
}
