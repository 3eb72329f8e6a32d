package lanewise.train;

import java.util.Arrays;

/** Latents between latents. */
final class Interpolation {
  private Interpolation() {}

  /**
   * Rows of latents: row r goes from vector 2r of a list to vector 2r + 1.
   *
   * @param z 2 x {@code rows} vectors
   * @param size of a vector
   * @param columns vectors in a row, at least 2
   */
  static float[] rows(float[] z, int size, int columns) {
    int rows = z.length / (2 * size);
    float[] between = new float[rows * columns * size];
    for (int row = 0; row < rows; row++) {
      float[] from = Arrays.copyOfRange(z, 2 * row * size, (2 * row + 1) * size);
      float[] to = Arrays.copyOfRange(z, (2 * row + 1) * size, (2 * row + 2) * size);
      for (int column = 0; column < columns; column++) {
        float[] mixed = slerp(from, to, column / (columns - 1.0));
        System.arraycopy(mixed, 0, between, (row * columns + column) * size, size);
      }
    }
    return between;
  }

  /**
   * Spherical interpolation: along the arc, as points of a Gaussian in many dimensions all have
   * about the same length, which those of a straight line between them do not (White, "Sampling
   * Generative Networks", 2016).
   *
   * @param t from 0, which gives {@code from}, to 1, which gives {@code to}
   */
  static float[] slerp(float[] from, float[] to, double t) {
    double angle = Math.acos(Math.clamp(cosine(from, to), -1, 1));
    double sine = Math.sin(angle);
    // Vectors of one direction, or of opposite ones, have no arc between them.
    boolean straight = sine < 1e-6;
    double a = straight ? 1 - t : Math.sin((1 - t) * angle) / sine;
    double b = straight ? t : Math.sin(t * angle) / sine;
    float[] mixed = new float[from.length];
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] = (float) (a * from[i] + b * to[i]);
    }
    return mixed;
  }

  private static double cosine(float[] a, float[] b) {
    double product = 0;
    double lengthA = 0;
    double lengthB = 0;
    for (int i = 0; i < a.length; i++) {
      product += (double) a[i] * b[i];
      lengthA += (double) a[i] * a[i];
      lengthB += (double) b[i] * b[i];
    }
    return product / Math.sqrt(lengthA * lengthB);
  }
}
