package lanewise.metrics;

import java.util.Arrays;

/**
 * How well points cover a mixture of equal round Gaussians.
 *
 * <p>The protocol of Lin et al., "PacGAN: The power of two samples in generative adversarial
 * networks", 2018, section 4.1, which is that of Srivastava et al., "VEEGAN", 2017: a point less
 * than three standard deviations from its nearest mode is of high quality, and a mode is captured
 * if it is the nearest of at least one such point. The reverse KL divergence, of the generated from
 * the real distribution, compares how the points of high quality spread over the modes. All this
 * was verified against the code that was published with PacGAN's table 1 (fjxmlzn/PacGAN, {@code
 * MetricLogger}), which discards the other points before it looks at the spread. Both papers draw
 * 2,500 points.
 *
 * @param modes captured of how many, and the divergence, which is infinite if no point is of high
 *     quality
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
    long[] good = new long[means.count()];
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
      if (least < limit * limit) {
        good[mode]++;
      }
    }
    long all = Arrays.stream(good).sum();
    int captured = (int) Arrays.stream(good).filter(count -> count > 0).count();
    double divergence =
        all == 0 ? Double.POSITIVE_INFINITY : ModeCoverage.reverseKl(good, all, real);
    return new MixtureCoverage(
        new ModeCoverage(means.count(), captured, divergence), all / (double) points.count());
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
