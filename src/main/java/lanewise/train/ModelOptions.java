package lanewise.train;

import lanewise.UserException;
import lanewise.data.Dataset;
import lanewise.model.Architecture;
import lanewise.model.Gan;
import lanewise.model.GanSpec;
import lanewise.model.Norm;
import lanewise.model.Upsampling;

/**
 * Which networks are trained; see {@link GanSpec}.
 *
 * @param arch a name of {@link Architecture}
 * @param imageSize pixels of a side
 * @param latent size of z
 * @param ngf the generator's width
 * @param ndf the discriminator's width
 * @param normG a name of {@link Norm}, of the generator
 * @param normD the discriminator's
 * @param spectralNorm of the discriminator's weights
 * @param minibatchStddev in the discriminator
 * @param upsampling a name of {@link Upsampling}
 * @param conditional whether both networks are told the classes of the data
 * @param pack samples that the discriminator judges together
 */
public record ModelOptions(
    String arch,
    int imageSize,
    int latent,
    int ngf,
    int ndf,
    String normG,
    String normD,
    boolean spectralNorm,
    boolean minibatchStddev,
    String upsampling,
    boolean conditional,
    int pack) {

  /** Checks each value; see {@link #requirePossible} for what goes together. */
  public ModelOptions {
    OptionCheck.positive("--image-size", imageSize);
    OptionCheck.positive("--latent", latent);
    OptionCheck.positive("--ngf", ngf);
    OptionCheck.positive("--ndf", ndf);
    OptionCheck.positive("--pack", pack);
  }

  /**
   * Passes if the architecture can do what is asked for, of which the channels and the number of
   * classes are not known before there is data.
   */
  void requirePossible() {
    model(imageSize == 1 ? 2 : 1, conditional ? 2 : 0);
  }

  /**
   * The networks for a data set.
   *
   * @throws UserException if the architecture cannot do what is asked for, or labels are missing
   */
  public Gan model(Dataset data) {
    if (conditional && data.classes() == 0) {
      throw new UserException(
          "--conditional needs labels, which %s does not have; leave it out or give labelled data"
              .formatted(data.name()));
    }
    return model(data.channels(), conditional ? data.classes() : 0);
  }

  private Gan model(int channels, int classes) {
    return Architecture.named(arch)
        .of(
            new GanSpec(
                imageSize,
                channels,
                latent,
                ngf,
                ndf,
                Norm.named(normG),
                Norm.named(normD),
                spectralNorm,
                minibatchStddev,
                Upsampling.named(upsampling),
                classes,
                pack));
  }
}
