package lanewise.backend;

/**
 * The constants of Adam (Kingma and Ba 2015), with PyTorch's names.
 *
 * @param beta1 decay of the mean of gradients
 * @param beta2 decay of the mean of squared gradients
 */
public record AdamSpec(double beta1, double beta2, double eps) {
  /** Of the tensor that holds what {@link #rates} gives. */
  public static final Shape RATES = Shape.vector(2);

  /**
   * What changes from step to step, the bias corrections: step size {@code lr / (1 - beta1^step)}
   * and variance scale {@code 1 / sqrt(1 - beta2^step)}.
   *
   * @param step counted from 1
   */
  public float[] rates(double lr, long step) {
    return new float[] {
      (float) (lr / (1 - Math.pow(beta1, step))), (float) (1 / Math.sqrt(1 - Math.pow(beta2, step)))
    };
  }
}
