package lanewise.evaluate;

/** A number that says something about generated samples. */
public enum Metric {
  /**
   * {@link lanewise.metrics.Gaussian#frechetDistance}; not FID, which is of Inception's features.
   */
  FRECHET(
      "frechet_lanewise", "Frechet distance on Lanewise classifier features", "lower, 0 at best"),
  /** See {@link lanewise.metrics.ManifoldOverlap}, as the next three. */
  PRECISION("precision", "precision: samples that look real", "higher, up to 1"),
  RECALL("recall", "recall: real images within reach", "higher, up to 1"),
  DENSITY("density", "density: how deep among the real", "about 1"),
  COVERAGE("coverage", "coverage: real images met", "higher, up to 1"),
  /** Mean distance within batches, see {@link lanewise.metrics.Diversity}, over the real data's. */
  DIVERSITY("diversity", "diversity of a batch, real data being 1", "about 1"),
  /** {@link #DIVERSITY} of batches that are normalised by their own statistics, as in training. */
  TRAINING_DIVERSITY("training_diversity", "the same, normalised as in training", "about 1"),
  /** {@link lanewise.metrics.SampleDependence#relative}. */
  DEPENDENCE("sample_dependence", "dependence of a sample on its batch", "0: independent"),
  /** See {@link lanewise.metrics.ModeCoverage}. */
  MODES("modes", "modes captured", "all"),
  REVERSE_KL("reverse_kl", "reverse KL divergence of the modes", "lower, 0 at best"),
  /** See {@link lanewise.metrics.MixtureCoverage}. */
  HIGH_QUALITY("high_quality", "samples within 3 deviations of a mode", "higher, up to 0.99");

  private final String key;
  private final String title;
  private final String best;

  Metric(String key, String title, String best) {
    this.key = key;
    this.title = title;
    this.best = best;
  }

  /** The name in JSON. */
  public String key() {
    return key;
  }

  /** What it is, in a table. */
  public String title() {
    return title;
  }

  /** What is good, in words. */
  public String best() {
    return best;
  }
}
