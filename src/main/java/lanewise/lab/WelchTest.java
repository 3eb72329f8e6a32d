package lanewise.lab;

/**
 * Whether two means differ by more than the spread of what they were computed from: Welch, "The
 * generalization of Student's problem when several different population variances are involved",
 * 1947.
 *
 * @param t the difference in units of its standard error; infinite where nothing is spread and the
 *     means differ
 * @param limit that {@code |t|} passes by chance once in twenty times; NaN if a spread is unknown
 */
record WelchTest(double t, double limit) {
  /** Two equal counts, of modes say, may be so by chance; they are no spread of 0. */
  private static final int FEWEST_EQUAL = 3;

  static WelchTest of(Estimate a, Estimate b) {
    double errorA = a.deviation() * a.deviation() / a.count();
    double errorB = b.deviation() * b.deviation() / b.count();
    double error = errorA + errorB;
    double difference = a.mean() - b.mean();
    boolean coincide = error == 0 && Math.min(a.count(), b.count()) < FEWEST_EQUAL;
    if (Double.isNaN(error) || coincide) {
      return new WelchTest(Double.NaN, Double.NaN);
    }
    if (error == 0) {
      return new WelchTest(
          difference == 0 ? 0 : Math.copySign(Double.POSITIVE_INFINITY, difference),
          StudentT.limit(a.count() + b.count() - 2));
    }
    double freedom =
        error * error / (errorA * errorA / (a.count() - 1) + errorB * errorB / (b.count() - 1));
    return new WelchTest(difference / Math.sqrt(error), StudentT.limit(freedom));
  }

  /** Whether chance alone would rarely give so large a difference; false if that is unknown. */
  boolean exceedsSpread() {
    return Math.abs(t) > limit;
  }
}
