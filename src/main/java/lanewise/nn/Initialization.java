package lanewise.nn;

import java.util.Arrays;

/** Chooses how each parameter of a network starts. */
@FunctionalInterface
public interface Initialization {

  /** As each layer's PyTorch counterpart does by default. */
  Initialization DEFAULT = (layer, parameter) -> parameter.init();

  /**
   * DCGAN's (Radford et al. 2015), which pix2pix and CycleGAN took over: weights of convolutions
   * and linear layers N(0, 0.02), of norms N(1, 0.02), all biases 0. Embeddings, such as the scales
   * of a conditional norm, start as they do by default.
   */
  Initialization DCGAN =
      (layer, parameter) -> {
        if (!isWeight(parameter)) {
          return Init.ZEROS;
        } else if (layer instanceof Embedding) {
          return parameter.init();
        }
        return new Init.Normal(layer instanceof Normalization ? 1 : 0, 0.02);
      };

  /**
   * He et al. 2015, as {@code torch.nn.init.kaiming_normal_}: weights N(0, 2 / fan in), so that
   * layers with ReLUs keep the scale of what they are given; biases 0. PyTorch's fan in of a weight
   * is the size of what belongs to one entry of its first axis, of a transposed convolution too.
   */
  Initialization KAIMING =
      (layer, parameter) -> {
        if (layer instanceof Embedding || layer instanceof Normalization) {
          return parameter.init();
        }
        long[] sizes = parameter.dimensions();
        return isWeight(parameter)
            ? new Init.Normal(0, Math.sqrt(2.0 * sizes[0] / size(sizes)))
            : Init.ZEROS;
      };

  /**
   * Glorot and Bengio 2010, as {@code torch.nn.init.xavier_uniform_}: weights of convolutions and
   * linear layers U(-a, a) with {@code a = sqrt(6 / (fan in + fan out))}, their biases 0.
   */
  Initialization GLOROT =
      (layer, parameter) -> {
        if (layer instanceof Embedding || layer instanceof Normalization) {
          return parameter.init();
        }
        return isWeight(parameter)
            ? new Init.Uniform(Math.sqrt(6.0 / fans(parameter.dimensions())))
            : Init.ZEROS;
      };

  /** How many inputs and outputs one element of the output and of the input has, together. */
  private static long fans(long[] weight) {
    long taps = weight.length == 4 ? weight[2] * weight[3] : 1;
    return (weight[0] + weight[1]) * taps;
  }

  private static long size(long[] sizes) {
    return Arrays.stream(sizes).reduce(1, (a, b) -> a * b);
  }

  private static boolean isWeight(Parameter parameter) {
    return parameter.name().equals("weight") || parameter.name().equals("weight_orig");
  }

  /** Weights N(0, std), their biases 0; norms as they are by default. */
  static Initialization normal(double std) {
    return (layer, parameter) -> {
      if (layer instanceof Normalization) {
        return parameter.init();
      }
      return isWeight(parameter) ? new Init.Normal(0, std) : Init.ZEROS;
    };
  }

  /** How {@code parameter} of {@code layer} starts. */
  Init of(Module layer, Parameter parameter);
}
