package lanewise.nn;

import java.util.Arrays;
import lanewise.backend.ConvSpec;
import lanewise.backend.Interpolation;
import lanewise.backend.NormScope;
import lanewise.backend.PadMode;
import lanewise.backend.Padding;
import lanewise.backend.PoolSpec;
import lanewise.backend.Shape;

/**
 * What one {@link GraphNode} computes when a trained network is used, with the values it was
 * trained to. Images are N x C x H x W, vectors N x C.
 */
public sealed interface GraphOperation {

  /**
   * Values that were trained, by their name in the state dict.
   *
   * @param name such as {@code main.0.weight}
   * @param dimensions as PyTorch has them
   * @param values row-major; not copied
   */
  record Array(String name, long[] dimensions, float[] values) {

    @Override
    public String toString() {
      return name + Arrays.toString(dimensions);
    }
  }

  /**
   * What is given to the network.
   *
   * @param name {@code z}
   * @param shape of any number of samples, a matrix for vectors
   * @param anySize whether images may have other sides than {@code shape}'s
   */
  record Input(String name, Shape shape, boolean anySize) implements GraphOperation {}

  /** {@code torch.nn.functional.conv2d}; the bias may be null. */
  record Convolution(Array weight, Array bias, ConvSpec spec) implements GraphOperation {}

  /** {@code torch.nn.functional.conv_transpose2d}; the bias may be null. */
  record TransposedConvolution(Array weight, Array bias, ConvSpec spec, int outputPadding)
      implements GraphOperation {}

  /** {@code torch.nn.functional.linear} of vectors, weight out x in; the bias may be null. */
  record Linear(Array weight, Array bias) implements GraphOperation {}

  /** The product of rows with a table of a vector for each column. */
  record Embedding(Array table) implements GraphOperation {}

  /**
   * Normalisation by what a layer remembers of each channel, {@code torch.nn.BatchNorm2d} in eval
   * mode. Scale and shift are one for each channel, or both null.
   */
  record RunningNorm(Array mean, Array variance, Array scale, Array shift, float eps)
      implements GraphOperation {}

  /**
   * Normalisation by the statistics of the input. Scale and shift are one for each channel, or both
   * null.
   */
  record Norm(NormScope scope, int channels, Array scale, Array shift, float eps)
      implements GraphOperation {}

  /** {@code slope * x} where x is negative; 0 is ReLU. */
  record LeakyRelu(float slope) implements GraphOperation {}

  /** {@code scale * x + shift}. */
  record Affine(float scale, float shift) implements GraphOperation {}

  /** {@code torch.nn.functional.prelu}: one slope for all channels, or as many as channels. */
  record Prelu(Array slopes) implements GraphOperation {}

  /** {@code torch.nn.functional.elu}. */
  record Elu(float alpha) implements GraphOperation {}

  /** {@code torch.clamp}. */
  record Clip(float low, float high) implements GraphOperation {}

  /** {@code torch.nn.functional.pad}. */
  record Pad(Padding padding, PadMode mode) implements GraphOperation {}

  /** {@code torch.nn.functional.interpolate} by a factor in both directions. */
  record Resize(double factor, Interpolation interpolation) implements GraphOperation {}

  /** The mean of each window; padding counts as zeros or does not count. */
  record AveragePool(PoolSpec spec, boolean countPadding) implements GraphOperation {}

  /** {@code torch.nn.functional.max_pool2d}. */
  record MaxPool(PoolSpec spec) implements GraphOperation {}

  /** Some of the channels, or of the values of vectors. */
  record Channels(int from, int count) implements GraphOperation {}

  /** Those without settings. With two inputs, vectors apply to all pixels of images. */
  enum Simple implements GraphOperation {
    TANH,
    SIGMOID,
    SOFTPLUS,
    SELU,
    HARD_SIGMOID,
    ADD,
    MUL,
    MAX,
    /** Of the channels. */
    CONCAT,
    /** Of all pixels, to vectors. */
    GLOBAL_AVERAGE,
    /** Of all pixels, to vectors. */
    GLOBAL_SUM
  }
}
