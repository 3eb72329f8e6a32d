package lanewise.train.style;

import lanewise.UserException;
import lanewise.model.Norm;
import lanewise.model.TranslatorSpec;
import lanewise.model.Upsampling;
import lanewise.train.OptionCheck;

/**
 * The network that is trained.
 *
 * @param imageSize pixels of the sides of what it is shown, a multiple of 4
 * @param norm a name of {@link Norm}
 * @param ngf channels of its first layer
 * @param upsampling a name of {@link Upsampling}
 */
public record StyleNetworkOptions(int imageSize, String norm, int ngf, String upsampling) {

  /** Checks each value. */
  public StyleNetworkOptions {
    OptionCheck.positive("--ngf", ngf);
    OptionCheck.positive("--image-size", imageSize);
    int multiple =
        TranslatorSpec.style(ngf, Norm.named(norm), Upsampling.named(upsampling)).multiple();
    if (imageSize % multiple != 0) {
      throw new UserException(
          "--image-size %d is not a multiple of %d, which a style network needs; give %d"
              .formatted(imageSize, multiple, Math.ceilDiv(imageSize, multiple) * multiple));
    }
  }

  /** The network's description. */
  TranslatorSpec spec() {
    return TranslatorSpec.style(ngf, Norm.named(norm), Upsampling.named(upsampling));
  }
}
