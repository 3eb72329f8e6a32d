package lanewise.lab;

/** Student's t distribution, as far as tests at the usual level need it. */
final class StudentT {
  /** The quantiles at 97.5 % for 1, 2, ... degrees of freedom. */
  private static final double[] LIMITS = {
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045, 2.042
  };

  private StudentT() {}

  /**
   * What {@code |t|} passes by chance once in twenty times; for other degrees of freedom than whole
   * ones up to 30, that of the next fewer.
   */
  static double limit(double degreesOfFreedom) {
    int freedom = Math.clamp((long) degreesOfFreedom, 1, LIMITS.length);
    return LIMITS[freedom - 1];
  }
}
