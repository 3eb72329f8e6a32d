package lanewise.model;

import java.util.ArrayList;
import java.util.List;
import lanewise.UserException;
import lanewise.backend.ConvSpec;
import lanewise.nn.Conv2d;
import lanewise.nn.LeakyReLU;
import lanewise.nn.Module;
import lanewise.nn.Sequential;

/**
 * PatchGAN (Isola et al. 2017): a logit for each patch of an image, with the layers and names of
 * {@code NLayerDiscriminator} in the authors' {@code pytorch-CycleGAN-and-pix2pix}.
 *
 * <p>N x C x H x W to N x 1 x H' x W'. With 3 layers, each logit sees 70 x 70 pixels, and 256
 * pixels to a side give 30 logits.
 */
public final class PatchDiscriminator extends Sequential {
  private static final float SLOPE = 0.2f;
  private static final int WIDEST = 8;

  /**
   * A discriminator.
   *
   * @param channels of what it judges: of a pair of images, both together
   * @param ndf channels of the first layer; the others have up to 8 times as many
   * @param layers how many convolutions halve the image, at least 1
   */
  public PatchDiscriminator(int channels, int ndf, int layers, Norm norm) {
    super("model", new Sequential(modules(channels, ndf, layers, norm)));
  }

  private static List<Module> modules(int channels, int ndf, int layers, Norm norm) {
    if (layers < 1) {
      throw new UserException("A PatchGAN has at least 1 layer, not " + layers);
    }
    List<Module> modules = new ArrayList<>();
    modules.add(convolution(channels, ndf, 2, true));
    modules.add(new LeakyReLU(SLOPE));
    int width = ndf;
    for (int i = 1; i <= layers; i++) {
      int wider = ndf * Math.min(1 << i, WIDEST);
      modules.add(convolution(width, wider, i < layers ? 2 : 1, norm.keepsBias()));
      modules.addAll(List.of(norm.of(wider, 0), new LeakyReLU(SLOPE)));
      width = wider;
    }
    modules.add(convolution(width, 1, 1, true));
    return modules;
  }

  private static Conv2d convolution(int in, int out, int stride, boolean bias) {
    return new Conv2d(in, out, 4, ConvSpec.of(stride, 1), bias);
  }
}
