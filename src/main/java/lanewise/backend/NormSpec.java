package lanewise.backend;

/**
 * A normalisation with the activation fused behind it.
 *
 * @param eps added to the variance
 */
public record NormSpec(NormScope scope, float eps, Activation activation) {

  public NormSpec {
    if (!(eps > 0) || !Float.isFinite(eps)) {
      throw new IllegalArgumentException("The eps of a normalisation is positive, not " + eps);
    }
  }

  /** The affine parameters, or their gradients; each is 1 x C or, per sample, N x C, or null. */
  public record Affine(Tensor gamma, Tensor beta) {
    public static final Affine NONE = new Affine(null, null);
  }

  /**
   * Mean and (biased) variance, in the shape of {@link NormScope#tableShape}.
   *
   * @param source whether the operation computes them from its input, or uses them as they are
   */
  public record Moments(Tensor mean, Tensor variance, Source source) {}

  /** Where the statistics come from; never a hidden mode of a layer. */
  public enum Source {
    /** Computed from the input and written by the forward pass; gradients flow through them. */
    INPUT,
    /** Given, as running averages are; constants to the gradient. */
    GIVEN
  }
}
