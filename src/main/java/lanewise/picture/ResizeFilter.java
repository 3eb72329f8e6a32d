package lanewise.picture;

/** A filter of Pillow's {@code Image.resize}; where a picture shrinks it widens with the factor. */
public enum ResizeFilter {
  /** A triangle over 2 pixels. */
  BILINEAR(1) {
    @Override
    double weight(double x) {
      return Math.max(0, 1 - Math.abs(x));
    }
  },

  /** Keys' cubic with a = -0.5, over 4 pixels; it overshoots at edges. */
  BICUBIC(2) {
    @Override
    double weight(double x) {
      double d = Math.abs(x);
      if (d >= 2) {
        return 0;
      }
      return d < 1 ? (1.5 * d - 2.5) * d * d + 1 : ((-0.5 * d + 2.5) * d - 4) * d + 2;
    }
  };

  private final double reach;

  ResizeFilter(double reach) {
    this.reach = reach;
  }

  abstract double weight(double x);

  /**
   * Which source positions count for which positions of a line of another length, and how much.
   *
   * @param first the first source position of each
   * @param weights from there on; their sum is 1
   */
  public record Taps(int[] first, float[][] weights) {
    /** The number of source positions from the first that counts to the last. */
    public int span() {
      int last = first.length - 1;
      return first[last] + weights[last].length - first[0];
    }
  }

  /**
   * The taps for a part of a line of length {@code to} made from one of length {@code from}.
   *
   * @param begin the first position of the part
   * @param count the length of the part
   */
  public Taps taps(int from, long to, double begin, int count) {
    int[] first = new int[count];
    float[][] weights = new float[count][];
    double scale = (double) from / to;
    double stretch = Math.max(scale, 1);
    for (int i = 0; i < count; i++) {
      double center = (begin + i + 0.5) * scale;
      first[i] = Math.max(0, (int) (center - reach * stretch + 0.5));
      int end = Math.min(from, (int) (center + reach * stretch + 0.5));
      double[] exact = new double[end - first[i]];
      double sum = 0;
      for (int k = 0; k < exact.length; k++) {
        exact[k] = weight((first[i] + k + 0.5 - center) / stretch);
        sum += exact[k];
      }
      weights[i] = new float[exact.length];
      for (int k = 0; k < exact.length; k++) {
        weights[i][k] = (float) (exact[k] / sum);
      }
    }
    return new Taps(first, weights);
  }
}
