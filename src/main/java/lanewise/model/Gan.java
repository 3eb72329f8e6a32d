package lanewise.model;

import lanewise.backend.Shape;
import lanewise.nn.Initialization;
import lanewise.nn.Module;

/** The two networks of a GAN and what goes between them. */
public interface Gan {

  GanSpec spec();

  Architecture architecture();

  /**
   * Latents to images in (-1, 1). With {@link GanSpec#classes}, the condition of a pass says of
   * which class each is to be.
   */
  Module generator();

  /**
   * Images, or packs of {@link GanSpec#pack} of them, one behind the other along the channels, to
   * one score each: a logit. With {@link GanSpec#classes}, the condition says of which class each
   * is.
   */
  Module discriminator();

  /** How the weights of the generator start. */
  default Initialization generatorInitialization() {
    return spec().normG().initialization();
  }

  /** How the weights of the discriminator start. */
  default Initialization discriminatorInitialization() {
    return spec().normD().initialization();
  }

  /** The shape of {@code count} latent vectors. */
  default Shape latentShape(int count) {
    return spec().latentShape(count);
  }

  /** The shape of {@code count} images. */
  default Shape imageShape(int count) {
    return spec().imageShape(count);
  }
}
