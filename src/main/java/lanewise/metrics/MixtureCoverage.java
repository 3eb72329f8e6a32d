package lanewise.metrics;

/**
 * How well points cover a mixture of equal round Gaussians.
 *
 * <p>The protocol of Lin et al., "PacGAN: The power of two samples in generative adversarial
 * networks", 2018, section 4.1, which is that of Srivastava et al., "VEEGAN", 2017: a point within
 * three standard deviations of its nearest mode is of high quality, a mode is captured if it is the
 * nearest of at least one such point, and the reverse KL divergence compares how all points, of
 * high quality or not, spread over their nearest modes. Both papers draw 2,500 points.
 *
 * @param modes captured of how many, and the divergence
 * @param highQuality share of points of high quality
 */
public record MixtureCoverage(ModeCoverage modes, double highQuality) {
  private static final double DEVIATIONS = 3;

  /**
   * Assigns each point to its nearest mode.
   *
   * @param points at least one
   * @param means of the modes, in the coordinates of the points
   * @param deviation the standard deviation of each mode in each coordinate
   * @param real the share of each mode in real data, or any numbers in that proportion
   */
  public static MixtureCoverage of(
      Features points, Features means, double deviation, double[] real) {
    points.requireSameSpace(means);
    long[] nearest = new long[means.count()];
    boolean[] captured = new boolean[means.count()];
    int good = 0;
    double limit = DEVIATIONS * deviation;
    for (int i = 0; i < points.count(); i++) {
      int mode = 0;
      double least = Double.POSITIVE_INFINITY;
      for (int m = 0; m < means.count(); m++) {
        double squared = squaredDistance(points, i, means, m);
        if (squared < least) {
          least = squared;
          mode = m;
        }
      }
      nearest[mode]++;
      if (least < limit * limit) {
        captured[mode] = true;
        good++;
      }
    }
    int count = 0;
    for (boolean c : captured) {
      count += c ? 1 : 0;
    }
    double divergence = ModeCoverage.reverseKl(nearest, points.count(), real);
    return new MixtureCoverage(
        new ModeCoverage(means.count(), count, divergence), good / (double) points.count());
  }

  private static double squaredDistance(Features a, int i, Features b, int j) {
    int d = a.dimensions();
    double sum = 0;
    for (int k = 0; k < d; k++) {
      double difference = (double) a.values()[i * d + k] - b.values()[j * d + k];
      sum += difference * difference;
    }
    return sum;
  }
}
