package lanewise.backend;

/**
 * The constants of one Adam step (Kingma and Ba 2015), with PyTorch's names.
 *
 * @param step counted from 1, for the bias corrections
 */
public record AdamSpec(double lr, double beta1, double beta2, double eps, long step) {

  /** {@code lr / (1 - beta1^step)}. */
  public float stepSize() {
    return (float) (lr / (1 - Math.pow(beta1, step)));
  }

  /** {@code 1 / sqrt(1 - beta2^step)}. */
  public float varianceScale() {
    return (float) (1 / Math.sqrt(1 - Math.pow(beta2, step)));
  }
}
