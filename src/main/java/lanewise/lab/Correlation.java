package lanewise.lab;

import java.util.List;

/**
 * Pearson's correlation of two quantities that were measured together.
 *
 * @param limit that {@code |r|} passes by chance once in twenty times where there is no relation
 */
record Correlation(double r, double limit) {
  /** With fewer, the limit is so near 1 that nothing could be said. */
  static final int FEWEST = 5;

  /** NaN if one of them is always the same. */
  static Correlation of(List<Double> x, List<Double> y) {
    Estimate ofX = Estimate.of(x);
    Estimate ofY = Estimate.of(y);
    int n = x.size();
    double products = 0;
    for (int i = 0; i < n; i++) {
      products += (x.get(i) - ofX.mean()) * (y.get(i) - ofY.mean());
    }
    double t = StudentT.limit(n - 2);
    return new Correlation(
        products / ((n - 1) * ofX.deviation() * ofY.deviation()), t / Math.sqrt(n - 2 + t * t));
  }
}
