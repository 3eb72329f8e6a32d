package lanewise.nn;

/** Chooses how each parameter of a network starts. */
@FunctionalInterface
public interface Initialization {

  /** As each layer's PyTorch counterpart does by default. */
  Initialization DEFAULT = (layer, parameter) -> parameter.init();

  /**
   * DCGAN's (Radford et al. 2015): weights of convolutions and linear layers N(0, 0.02), of norms
   * N(1, 0.02), biases of norms 0. Embeddings, such as the scales of a conditional norm, start as
   * they do by default.
   */
  Initialization DCGAN =
      (layer, parameter) -> {
        if (layer instanceof Embedding || !isWeight(parameter)) {
          return parameter.init();
        }
        return new Init.Normal(layer instanceof Normalization ? 1 : 0, 0.02);
      };

  private static boolean isWeight(Parameter parameter) {
    return parameter.name().equals("weight") || parameter.name().equals("weight_orig");
  }

  /** How {@code parameter} of {@code layer} starts. */
  Init of(Module layer, Parameter parameter);
}
