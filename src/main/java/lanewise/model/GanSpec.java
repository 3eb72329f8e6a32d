package lanewise.model;

import lanewise.UserException;
import lanewise.backend.Shape;

/**
 * What can be chosen about a GAN's networks, whatever their architecture.
 *
 * @param imageSize pixels of a side; 1 for points in the plane
 * @param channels of an image: 1 or 3; 2 for points in the plane
 * @param latent size of z
 * @param ngf the generator's width: channels of its last hidden layer
 * @param ndf the discriminator's width: channels of its first layer
 * @param normG the generator's normalisation
 * @param normD the discriminator's
 * @param spectralNorm whether the discriminator's weights are divided by their spectral norm
 * @param minibatchStddev whether the discriminator sees how much the samples of a batch differ
 * @param classes that both networks are told, or 0 if they are told none
 * @param pack samples that the discriminator judges together (PacGAN, Lin et al. 2018); usually 1
 */
public record GanSpec(
    int imageSize,
    int channels,
    int latent,
    int ngf,
    int ndf,
    Norm normG,
    Norm normD,
    boolean spectralNorm,
    boolean minibatchStddev,
    Upsampling upsampling,
    int classes,
    int pack) {

  /** Checks what no architecture could do. */
  public GanSpec {
    if (imageSize < 1 || channels < 1 || latent < 1 || ngf < 1 || ndf < 1) {
      throw new UserException(
          "A GAN needs at least one pixel, one channel, one latent value and one filter");
    }
    if (classes < 0 || pack < 1) {
      throw new UserException(
          "A GAN cannot have %d classes or packs of %d".formatted(classes, pack));
    }
    normG.requireCondition(classes);
    normD.requireCondition(classes);
    if (classes > 0 && pack > 1) {
      throw new UserException(
          "A conditional GAN cannot judge packs, whose samples would be of different classes;"
              + " leave out --pack or --conditional");
    }
  }

  /** One normalisation for both networks, and nothing else that is special. */
  public static GanSpec of(int imageSize, int channels, int latent, int ngf, int ndf, Norm norm) {
    return new GanSpec(
        imageSize,
        channels,
        latent,
        ngf,
        ndf,
        norm,
        norm,
        false,
        false,
        Upsampling.TRANSPOSED,
        0,
        1);
  }

  /** The shape of {@code count} latent vectors. */
  public Shape latentShape(int count) {
    return Shape.matrix(count, latent);
  }

  /** The shape of {@code count} samples. */
  public Shape imageShape(int count) {
    return Shape.of(count, channels, imageSize, imageSize);
  }

  /** The shape of {@code count} samples as the discriminator sees them: of its packs. */
  public Shape judgedShape(int count) {
    return Shape.of(count / pack, pack * channels, imageSize, imageSize);
  }
}
