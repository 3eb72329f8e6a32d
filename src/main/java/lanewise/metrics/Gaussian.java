package lanewise.metrics;

import java.util.Arrays;

/**
 * The Gaussian fitted to a set of features: their mean and their unbiased covariance, in double.
 */
public final class Gaussian {
  private final double[] mean;

  /** The trace of the covariance, which is the sum of the variances. */
  private final double trace;

  /** The covariance's eigenvectors as rows, each times the root of its eigenvalue. */
  private final double[][] root;

  private Gaussian(double[] mean, double[][] covariance) {
    this.mean = mean;
    double sum = 0;
    for (int i = 0; i < mean.length; i++) {
      sum += covariance[i][i];
    }
    trace = sum;
    root = root(covariance);
  }

  /**
   * Fits a Gaussian, as {@code numpy.mean} and {@code numpy.cov} do.
   *
   * @throws IllegalArgumentException if there are fewer than two points
   */
  public static Gaussian fit(Features features) {
    int n = features.count();
    if (n < 2) {
      throw new IllegalArgumentException("a covariance needs at least 2 points, not " + n);
    }
    double[] mean = mean(features);
    return new Gaussian(mean, covariance(features, mean));
  }

  private static double[] mean(Features features) {
    int d = features.dimensions();
    double[] sum = new double[d];
    for (int i = 0; i < features.values().length; i++) {
      sum[i % d] += features.values()[i];
    }
    return Arrays.stream(sum).map(s -> s / features.count()).toArray();
  }

  /** Two passes: squares of centred values, so that a large mean costs no digits. */
  private static double[][] covariance(Features features, double[] mean) {
    int d = features.dimensions();
    double[][] covariance = new double[d][d];
    double[] centred = new double[d];
    for (int i = 0; i < features.count(); i++) {
      for (int j = 0; j < d; j++) {
        centred[j] = features.values()[i * d + j] - mean[j];
      }
      for (int j = 0; j < d; j++) {
        addScaled(centred[j], centred, covariance[j]);
      }
    }
    for (double[] row : covariance) {
      for (int j = 0; j < d; j++) {
        row[j] /= features.count() - 1;
      }
    }
    return covariance;
  }

  private static void addScaled(double scale, double[] x, double[] sums) {
    for (int k = 0; k < x.length; k++) {
      sums[k] += scale * x[k];
    }
  }

  /** Made of a copy of the covariance, whose rows turn into eigenvectors times eigenvalues. */
  private static double[][] root(double[][] covariance) {
    double[][] rows = Arrays.stream(covariance).map(double[]::clone).toArray(double[][]::new);
    double[] eigenvalues = OrthogonalRows.make(rows);
    // Below this an eigenvalue is the rounding of the others, and its root would be 1e8 times that.
    double least = Arrays.stream(eigenvalues).max().orElseThrow() * rows.length * Math.ulp(1.0);
    for (int i = 0; i < rows.length; i++) {
      double scale = eigenvalues[i] > least ? 1 / Math.sqrt(eigenvalues[i]) : 0;
      for (int j = 0; j < rows.length; j++) {
        rows[i][j] *= scale;
      }
    }
    return rows;
  }

  /**
   * The squared Fréchet distance of two Gaussians, {@code |m1 - m2|^2 + tr(C1 + C2 - 2 (C1
   * C2)^(1/2))}, as Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge to a
   * Local Nash Equilibrium", 2017, have it (there of Inception's features, and called FID).
   *
   * <p>With {@code Ci = Ri Ri'}, the trace of the square root is the sum of the singular values of
   * {@code R1' R2}. So no root is taken of a product's eigenvalues, of which those near zero would
   * be rounding errors, and covariances may be singular.
   *
   * @throws IllegalArgumentException if their dimensions differ
   */
  public double frechetDistance(Gaussian other) {
    if (mean.length != other.mean.length) {
      throw new IllegalArgumentException(
          "Gaussians of %d and of %d dimensions have no distance"
              .formatted(mean.length, other.mean.length));
    }
    double between = 0;
    for (int i = 0; i < mean.length; i++) {
      between += (mean[i] - other.mean[i]) * (mean[i] - other.mean[i]);
    }
    return Math.max(0, between + trace + other.trace - 2 * traceOfRoot(other));
  }

  private double traceOfRoot(Gaussian other) {
    int d = mean.length;
    double[][] product = new double[d][d];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < d; j++) {
        product[i][j] = OrthogonalRows.dot(root[i], other.root[j]);
      }
    }
    return Arrays.stream(OrthogonalRows.make(product)).sum();
  }
}
