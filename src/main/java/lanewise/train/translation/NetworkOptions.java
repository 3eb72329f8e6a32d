package lanewise.train.translation;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lanewise.UserException;
import lanewise.model.BlockPadding;
import lanewise.model.Norm;
import lanewise.model.TranslatorSpec;
import lanewise.model.TranslatorSpec.Kind;
import lanewise.model.Upsampling;
import lanewise.train.OptionCheck;

/**
 * Which networks are trained, by the names that the originals have.
 *
 * @param netG {@code resnet_9blocks}, {@code unet_256} or the like
 * @param netD {@code basic}, {@code n_layers} or {@code pixel}
 * @param nLayersD of {@code n_layers}
 * @param ngf channels of the generator's first layer
 * @param ndf the discriminator's
 * @param norm of both: a name of {@link Norm}, of which instance is without scale and shift
 * @param noDropout whether no features of the generator are dropped
 */
public record NetworkOptions(
    String netG, String netD, int nLayersD, int ngf, int ndf, String norm, boolean noDropout) {
  private static final Pattern RESNET = Pattern.compile("resnet_(\\d{1,2})blocks");
  private static final Pattern UNET = Pattern.compile("unet_(\\d{2,4})");

  /** Checks each value. */
  public NetworkOptions {
    OptionCheck.positive("--n-layers-d", nLayersD);
    OptionCheck.positive("--ngf", ngf);
    OptionCheck.positive("--ndf", ndf);
    DiscriminatorSpec.Kind.named(netD);
    generator(netG, 1, 1, ngf, norm(norm), !noDropout);
  }

  /** Instance norm is the originals', which learns nothing. */
  private static Norm norm(String name) {
    Norm norm = Norm.named(name);
    return norm == Norm.INSTANCE ? Norm.INSTANCE_PLAIN : norm;
  }

  TranslatorSpec generator(int inputChannels, int outputChannels) {
    return generator(netG, inputChannels, outputChannels, ngf, norm(norm), !noDropout);
  }

  /**
   * Passes if the discriminator's scores can have a gradient penalty.
   *
   * @param gp its weight, or 0
   */
  void requireFit(double gp) {
    if (gp > 0) {
      OptionCheck.untied("--norm", norm, "instance, layer or none");
    }
  }

  private static TranslatorSpec generator(
      String netG, int input, int output, int ngf, Norm norm, boolean dropout) {
    Matcher resnet = RESNET.matcher(netG);
    if (resnet.matches()) {
      return new TranslatorSpec(
          Kind.RESNET,
          input,
          output,
          ngf,
          Integer.parseInt(resnet.group(1)),
          norm,
          dropout,
          BlockPadding.REFLECT,
          Upsampling.TRANSPOSED);
    }
    Matcher unet = UNET.matcher(netG);
    int side = unet.matches() ? Integer.parseInt(unet.group(1)) : 0;
    if (Integer.bitCount(side) != 1) {
      throw new UserException(
          ("--net-g '%s' is not known; give resnet_9blocks, resnet_6blocks, or unet_256 or another"
                  + " power of 2 from unet_32 on")
              .formatted(netG));
    }
    int depth = Integer.numberOfTrailingZeros(side);
    return TranslatorSpec.unet(input, output, ngf, depth, norm, dropout);
  }

  /** A discriminator of pictures of so many channels. */
  DiscriminatorSpec discriminator(int channels) {
    return new DiscriminatorSpec(
        DiscriminatorSpec.Kind.named(netD), channels, ndf, nLayersD, norm(norm));
  }
}
