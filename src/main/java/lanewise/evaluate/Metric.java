package lanewise.evaluate;

import java.util.Arrays;
import java.util.Optional;

/** A number that says something about generated samples. */
public enum Metric {
  /**
   * {@link lanewise.metrics.Gaussian#frechetDistance}; not FID, which is of Inception's features.
   */
  FRECHET(
      "frechet_lanewise",
      "Frechet distance on Lanewise classifier features",
      Goal.LOW,
      "lower, 0 at best"),
  /** See {@link lanewise.metrics.ManifoldOverlap}, as the next three. */
  PRECISION("precision", "precision: samples that look real", Goal.HIGH, "higher, up to 1"),
  RECALL("recall", "recall: real images within reach", Goal.HIGH, "higher, up to 1"),
  DENSITY("density", "density: how deep among the real", Goal.ONE, "about 1"),
  COVERAGE("coverage", "coverage: real images met", Goal.HIGH, "higher, up to 1"),
  /** Mean distance within batches, see {@link lanewise.metrics.Diversity}, over the real data's. */
  DIVERSITY("diversity", "diversity of a batch, real data being 1", Goal.ONE, "about 1"),
  /** {@link #DIVERSITY} of batches that are normalised by their own statistics, as in training. */
  TRAINING_DIVERSITY(
      "training_diversity",
      "diversity as in training, by a batch's own statistics",
      Goal.ONE,
      "about 1"),
  /** {@link lanewise.metrics.SampleDependence#relative}. */
  DEPENDENCE(
      "sample_dependence", "dependence of a sample on its batch", Goal.LOW, "0: independent"),
  /** See {@link lanewise.metrics.ModeCoverage}. */
  MODES("modes", "modes captured", Goal.HIGH, "all"),
  REVERSE_KL("reverse_kl", "reverse KL divergence of the modes", Goal.LOW, "lower, 0 at best"),
  /** See {@link lanewise.metrics.MixtureCoverage}. */
  HIGH_QUALITY(
      "high_quality", "samples within 3 deviations of a mode", Goal.HIGH, "higher, up to 0.99");

  private enum Goal {
    LOW,
    HIGH,
    ONE
  }

  private final String key;
  private final String title;
  private final Goal goal;
  private final String best;

  Metric(String key, String title, Goal goal, String best) {
    this.key = key;
    this.title = title;
    this.goal = goal;
    this.best = best;
  }

  /** The metric of a {@link #key}, if there is one. */
  public static Optional<Metric> of(String key) {
    return Arrays.stream(values()).filter(metric -> metric.key.equals(key)).findFirst();
  }

  /** The name in JSON. */
  public String key() {
    return key;
  }

  /** What it is, in a table. */
  public String title() {
    return title;
  }

  /** The first words of {@link #title}. */
  public String label() {
    return title.split("[:,]", 2)[0];
  }

  /** What is good, in words. */
  public String best() {
    return best;
  }

  /**
   * How bad a value is, on this metric's own scale: of two values, the better one has the smaller
   * result.
   */
  public double badness(double value) {
    return switch (goal) {
      case LOW -> value;
      case HIGH -> -value;
      case ONE -> Math.abs(value - 1);
    };
  }
}
