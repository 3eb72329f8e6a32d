package lanewise.metrics;

import java.util.Arrays;

/**
 * Which modes of a distribution samples reach, and how evenly.
 *
 * @param modes of the distribution
 * @param captured modes with at least one sample
 * @param reverseKl {@code KL(samples || real)} of the shares of the modes, in nats: 0 if they
 *     agree, infinite if samples lie in a mode that real data does not have
 */
public record ModeCoverage(int modes, int captured, double reverseKl) {

  /**
   * Coverage by samples of known modes, such as classes read by a classifier.
   *
   * @param samples the mode of each sample, at least one
   * @param real the share of each mode in real data, or any numbers in that proportion
   */
  public static ModeCoverage of(int[] samples, double[] real) {
    if (samples.length == 0) {
      throw new IllegalArgumentException("no samples, so no modes");
    }
    long[] counts = new long[real.length];
    for (int mode : samples) {
      counts[mode]++;
    }
    int captured = (int) Arrays.stream(counts).filter(count -> count > 0).count();
    return new ModeCoverage(real.length, captured, reverseKl(counts, samples.length, real));
  }

  static double reverseKl(long[] counts, long samples, double[] real) {
    double total = Arrays.stream(real).sum();
    double divergence = 0;
    for (int mode = 0; mode < counts.length; mode++) {
      if (counts[mode] > 0) {
        double share = counts[mode] / (double) samples;
        divergence += share * Math.log(share * total / real[mode]);
      }
    }
    return Math.max(0, divergence);
  }
}
