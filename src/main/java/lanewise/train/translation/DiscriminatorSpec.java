package lanewise.train.translation;

import java.util.Arrays;
import java.util.Locale;
import lanewise.Names;
import lanewise.model.Norm;
import lanewise.model.PatchDiscriminator;
import lanewise.model.PixelDiscriminator;
import lanewise.nn.Module;

/**
 * A network that judges pictures, patch by patch.
 *
 * @param channels of what it judges
 * @param ndf channels of its first layer
 * @param layers of a {@link Kind#N_LAYERS}
 */
public record DiscriminatorSpec(Kind kind, int channels, int ndf, int layers, Norm norm) {
  private static final int BASIC_LAYERS = 3;

  /** The architectures, as {@code --net-d} names them. */
  public enum Kind {
    /** A PatchGAN whose scores see 70 x 70 pixels. */
    BASIC,
    /** A PatchGAN with another number of layers. */
    N_LAYERS,
    /** One that sees single pixels. */
    PIXEL;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The one of that name. */
    static Kind named(String name) {
      return Names.find("discriminator", name, Arrays.asList(values()));
    }
  }

  /** The network, with its memory still to be given. */
  Module network() {
    return switch (kind) {
      case BASIC -> new PatchDiscriminator(channels, ndf, BASIC_LAYERS, norm);
      case N_LAYERS -> new PatchDiscriminator(channels, ndf, layers, norm);
      case PIXEL -> new PixelDiscriminator(channels, ndf, norm);
    };
  }
}
