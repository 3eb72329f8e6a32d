package lanewise.diagnosis;

/**
 * What a discriminator's output means, and with it when the discriminator has won: by the means
 * over real and over fake images.
 *
 * @param real what a victor says at least of real images
 * @param fake what it says at most of fake ones
 */
public record Scores(double real, double fake) {
  /**
   * Probabilities that an image is real. With 0.98 and 0.02 the discriminator's loss is 3 % of what
   * it is for a coin: {@code -2 log 0.98} of {@code 2 log 2}.
   */
  public static final Scores PROBABILITIES = new Scores(0.98, 0.02);

  /** Regressions to 1 for real and to 0 for fake images: least squares. */
  public static final Scores TARGETS = new Scores(0.95, 0.05);

  /** Scores that are driven beyond 1 and -1, from where on they have no gradient: hinge. */
  public static final Scores MARGINS = new Scores(1, -1);

  /** Scores of any size, of a Wasserstein critic: it is meant to win. */
  public static final Scores UNBOUNDED =
      new Scores(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);

  /** The same where real images are to be scored less than 1, by {@code smoothing}. */
  public Scores smoothed(double smoothing) {
    return new Scores(real * (1 - smoothing), fake);
  }

  boolean areWon(double meanReal, double meanFake) {
    return meanReal > real && meanFake < fake;
  }

  /** Whether they are a tenth less apart than a victory takes, or more than that. */
  boolean areContested(double meanReal, double meanFake) {
    return meanReal - meanFake < 0.9 * (real - fake);
  }
}
