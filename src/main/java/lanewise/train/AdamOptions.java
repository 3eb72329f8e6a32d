package lanewise.train;

/**
 * Adam's settings for a network (Kingma and Ba 2015).
 *
 * @param lr learning rate
 * @param beta1 decay of the mean of gradients: 0.5 in DCGAN
 * @param beta2 decay of the mean of squared gradients
 */
public record AdamOptions(double lr, double beta1, double beta2) {
  /** The settings of DCGAN. */
  public static final AdamOptions DCGAN = new AdamOptions(2e-4, 0.5, 0.999);
}
