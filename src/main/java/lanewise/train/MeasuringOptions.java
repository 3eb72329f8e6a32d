package lanewise.train;

import java.nio.file.Path;
import lanewise.evaluate.ImageEvaluation;

/**
 * What is measured of the generator while it is trained; never changes what is trained.
 *
 * @param metrics whether anything is
 * @param metricsEvery steps between measurements; the last step is always measured
 * @param metricsSamples how many to generate, and how many real ones to compare them with
 * @param classifier the file of the classifier on whose features images are compared, or empty for
 *     the one that comes with Lanewise
 */
public record MeasuringOptions(
    boolean metrics, int metricsEvery, int metricsSamples, String classifier) {
  /** Nothing, or every so often with few samples. */
  static final MeasuringOptions OFF = new MeasuringOptions(false, 1000, 2000, "");

  /** Of the latents and of which real samples: the same for all runs, so that they compare. */
  private static final long SEED = 0;

  /** Checks each value. */
  public MeasuringOptions {
    OptionCheck.positive("--metrics-every", metricsEvery);
    OptionCheck.atLeast("--metrics-samples", metricsSamples, ImageEvaluation.FEWEST_SAMPLES);
  }

  /** How samples are compared. */
  public Judge.Settings judge() {
    return new Judge.Settings(
        metricsSamples, SEED, classifier.isEmpty() ? null : Path.of(classifier));
  }
}
