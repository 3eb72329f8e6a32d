package lanewise.backend;

/** What is computed of a convolution {@code y = conv2d(x, w)}. */
public enum ConvPass {
  /** {@link Backend#convForward}: y. */
  FORWARD("conv forward"),
  /** {@link Backend#convBackwardData}: the gradient of x. */
  BACKWARD_DATA("conv backward data"),
  /** {@link Backend#convBackwardFilter}: the gradient of w. */
  BACKWARD_FILTER("conv backward filter");

  private final String words;

  ConvPass(String words) {
    this.words = words;
  }

  @Override
  public String toString() {
    return words;
  }
}
