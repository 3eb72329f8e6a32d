package lanewise.model;

import lanewise.backend.ConvSpec;
import lanewise.nn.Conv2d;
import lanewise.nn.LeakyReLU;
import lanewise.nn.Sequential;

/**
 * PixelGAN (Isola et al. 2017): a logit for each pixel, with the layers and names of the authors'
 * {@code pytorch-CycleGAN-and-pix2pix}. N x C x H x W to N x 1 x H x W.
 */
public final class PixelDiscriminator extends Sequential {
  private static final float SLOPE = 0.2f;

  /**
   * A discriminator.
   *
   * @param channels of what it judges: of a pair of images, both together
   * @param ndf channels of the first layer; the second has twice as many
   */
  public PixelDiscriminator(int channels, int ndf, Norm norm) {
    super(
        "net",
        new Sequential(
            convolution(channels, ndf, true),
            new LeakyReLU(SLOPE),
            convolution(ndf, 2 * ndf, norm.keepsBias()),
            norm.of(2 * ndf, 0),
            new LeakyReLU(SLOPE),
            convolution(2 * ndf, 1, norm.keepsBias())));
  }

  private static Conv2d convolution(int in, int out, boolean bias) {
    return new Conv2d(in, out, 1, ConvSpec.of(1, 0), bias);
  }
}
