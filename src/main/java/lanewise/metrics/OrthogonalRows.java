package lanewise.metrics;

/**
 * One-sided Jacobi rotations (Hestenes 1958): turn the rows of a matrix in pairs until all are
 * orthogonal, which makes their lengths the singular values.
 *
 * <p>Slower than bidiagonalisation for large matrices and the most accurate method known for small
 * singular values (Demmel and Veselić 1992); the matrices here have as many rows as features have
 * dimensions. Of a symmetric matrix without negative eigenvalues, each row becomes an eigenvector
 * times its eigenvalue.
 */
final class OrthogonalRows {
  /** Cosine of the angle from which on two rows count as orthogonal. */
  private static final double TOLERANCE = 1e-15;

  /** Convergence is quadratic in the end: ten sweeps are usual, whatever the size. */
  private static final int MOST_SWEEPS = 100;

  private OrthogonalRows() {}

  /**
   * Rotates the rows in place.
   *
   * @return their lengths, the singular values in no order
   */
  static double[] make(double[][] rows) {
    int sweeps = 0;
    while (sweeps < MOST_SWEEPS && rotateAllPairs(rows)) {
      sweeps++;
    }
    double[] lengths = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      lengths[i] = Math.sqrt(dot(rows[i], rows[i]));
    }
    return lengths;
  }

  /** Whether any pair was not orthogonal. */
  private static boolean rotateAllPairs(double[][] rows) {
    boolean rotated = false;
    for (int i = 1; i < rows.length; i++) {
      for (int j = 0; j < i; j++) {
        rotated |= rotate(rows[i], rows[j]);
      }
    }
    return rotated;
  }

  private static boolean rotate(double[] x, double[] y) {
    double xx = dot(x, x);
    double yy = dot(y, y);
    double xy = dot(x, y);
    if (Math.abs(xy) <= TOLERANCE * Math.sqrt(xx) * Math.sqrt(yy)) {
      return false;
    }
    // The smaller of the two angles that make the rows orthogonal (Rutishauser 1966).
    double cotangent = (yy - xx) / (2 * xy);
    double tangent = Math.copySign(1, cotangent) / (Math.abs(cotangent) + Math.hypot(1, cotangent));
    double cosine = 1 / Math.hypot(1, tangent);
    double sine = cosine * tangent;
    for (int k = 0; k < x.length; k++) {
      double turned = cosine * x[k] - sine * y[k];
      y[k] = sine * x[k] + cosine * y[k];
      x[k] = turned;
    }
    return true;
  }

  static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int k = 0; k < x.length; k++) {
      sum += x[k] * y[k];
    }
    return sum;
  }
}
