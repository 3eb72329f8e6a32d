package lanewise.metrics;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;

/** The Gaussian fitted to a set of features: their mean and their unbiased covariance, in double. */
public final class Gaussian {
  private final double[] mean;

  /** The trace of the covariance, which is the sum of the variances. */
  private final double trace;

  /** V sqrt(L) of the covariance V L V': times its own transpose, it is the covariance. */
  private final DMatrixRMaj root;

  private Gaussian(double[] mean, DMatrixRMaj covariance) {
    this.mean = mean;
    trace = CommonOps_DDRM.trace(covariance);
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
  private static DMatrixRMaj covariance(Features features, double[] mean) {
    int d = features.dimensions();
    double[] sums = new double[d * d];
    double[] centred = new double[d];
    for (int i = 0; i < features.count(); i++) {
      for (int j = 0; j < d; j++) {
        centred[j] = features.values()[i * d + j] - mean[j];
      }
      for (int j = 0; j < d; j++) {
        addScaled(centred[j], centred, sums, j * d);
      }
    }
    DMatrixRMaj covariance = DMatrixRMaj.wrap(d, d, sums);
    CommonOps_DDRM.scale(1.0 / (features.count() - 1), covariance);
    return covariance;
  }

  private static void addScaled(double scale, double[] x, double[] sums, int at) {
    for (int k = 0; k < x.length; k++) {
      sums[at + k] += scale * x[k];
    }
  }

  private static DMatrixRMaj root(DMatrixRMaj covariance) {
    int d = covariance.numRows;
    EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(d, true, true);
    if (!eigen.decompose(covariance)) {
      throw new IllegalStateException("the covariance has no eigenvalues that can be computed");
    }
    DMatrixRMaj root = new DMatrixRMaj(d, d);
    for (int j = 0; j < d; j++) {
      // Where a covariance is singular, rounding leaves eigenvalues just below zero.
      double scale = Math.sqrt(Math.max(0, eigen.getEigenvalue(j).getReal()));
      DMatrixRMaj vector = eigen.getEigenVector(j);
      for (int i = 0; i < d; i++) {
        root.set(i, j, scale * vector.get(i));
      }
    }
    return root;
  }

  /**
   * The squared Fréchet distance of two Gaussians, {@code |m1 - m2|^2 + tr(C1 + C2 - 2 (C1
   * C2)^(1/2))}, as Heusel et al., "GANs Trained by a Two Time-Scale Update Rule Converge to a
   * Local Nash Equilibrium", 2017, have it (there of Inception's features, and called FID).
   *
   * <p>With {@code Ci = Ri Ri'}, the trace of the square root is the sum of the singular values of
   * {@code R1' R2}. That takes no root of a product, which would blow up the rounding errors of
   * eigenvalues near zero, and holds for singular covariances.
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
    DMatrixRMaj product = new DMatrixRMaj(d, d);
    CommonOps_DDRM.multTransA(root, other.root, product);
    SingularValueDecomposition_F64<DMatrixRMaj> svd =
        DecompositionFactory_DDRM.svd(d, d, false, false, true);
    if (!svd.decompose(product)) {
      throw new IllegalStateException("the covariances have no root that can be computed");
    }
    return Arrays.stream(svd.getSingularValues(), 0, svd.numberOfSingularValues()).sum();
  }
}
