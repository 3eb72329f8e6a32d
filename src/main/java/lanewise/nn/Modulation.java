package lanewise.nn;

/** Where the scale and the shift of a normalisation come from. */
public sealed interface Modulation {

  /** There are none. */
  record None() implements Modulation {}

  /** One of each per channel: {@code weight} and {@code bias}. */
  record PerChannel() implements Modulation {}

  /**
   * One of each per channel for each class: conditional normalisation (Dumoulin et al. 2017, de
   * Vries et al. 2017).
   *
   * <p>In the state dict they are the embeddings {@code weights} and {@code biases}, as in the
   * PyTorch ports of the SNGAN authors' Chainer code.
   */
  record ByClass(int classes) implements Modulation {}

  /**
   * An affine function of the condition: adaptive instance normalisation (Huang and Belongie 2017),
   * as StyleGAN uses it.
   *
   * <p>{@code fc} computes the scales less 1, then the shifts, as in the PyTorch code of StarGAN
   * v2.
   *
   * @param size of the condition
   */
  record ByStyle(int size) implements Modulation {}

  Modulation NONE = new None();
  Modulation PER_CHANNEL = new PerChannel();
}
