package lanewise.model;

import lanewise.backend.Shape;
import lanewise.nn.Module;

/** The two networks of a GAN and what goes between them. */
public interface Gan {

  /** Latents to images in (-1, 1). */
  Module generator();

  /** Images to one logit each. */
  Module discriminator();

  /** The shape of {@code count} latent vectors. */
  Shape latentShape(int count);

  /** The shape of {@code count} images. */
  Shape imageShape(int count);
}
