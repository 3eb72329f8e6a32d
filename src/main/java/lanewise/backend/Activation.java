package lanewise.backend;

/**
 * The activations that fuse into a bias or a normalisation: LeakyReLU by its slope.
 *
 * @param slope factor of negative values: 0 is ReLU, 1 is no activation at all
 */
public record Activation(float slope) {
  public static final Activation NONE = new Activation(1);
  public static final Activation RELU = new Activation(0);

  public Activation {
    if (!Float.isFinite(slope) || slope < 0) {
      throw new IllegalArgumentException("A LeakyReLU slope is finite and >= 0, not " + slope);
    }
  }

  public static Activation leakyRelu(float slope) {
    return new Activation(slope);
  }

  public float apply(float x) {
    return x > 0 ? x : slope * x;
  }

  @Override
  public String toString() {
    return slope == 1 ? "none" : slope == 0 ? "ReLU" : "LeakyReLU(" + slope + ")";
  }
}
