package lanewise.model;

import java.util.Locale;
import lanewise.UserException;
import lanewise.nn.Initialization;
import lanewise.nn.Module;

/**
 * A network from images to images of the same size, and what can be chosen about it.
 *
 * @param inputChannels of the images it takes
 * @param outputChannels of the images it makes
 * @param ngf channels of the widest feature maps: those of the first convolution
 * @param depth residual blocks; of a U-Net how often it halves the image
 * @param dropout whether half of the features are dropped while training, where the original does
 * @param padding of the residual blocks of a {@link Kind#RESNET}
 * @param upsampling of a {@link Kind#STYLE}; the other kinds have transposed convolutions
 */
public record TranslatorSpec(
    Kind kind,
    int inputChannels,
    int outputChannels,
    int ngf,
    int depth,
    Norm norm,
    boolean dropout,
    BlockPadding padding,
    Upsampling upsampling) {
  private static final int STYLE_BLOCKS = 5;
  private static final int MOST_BLOCKS = 100;

  /** The architectures there are. */
  public enum Kind {
    /** CycleGAN's {@link ResnetGenerator}. */
    RESNET,
    /** pix2pix's {@link UnetGenerator}. */
    UNET,
    /** The {@link StyleNetwork} of fast style transfer. */
    STYLE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Checks what the architectures cannot do. */
  public TranslatorSpec {
    if (inputChannels < 1 || outputChannels < 1 || ngf < 1) {
      throw new UserException("A network needs at least one channel and one filter");
    }
    boolean unet = kind == Kind.UNET;
    int least = unet ? UnetGenerator.LEAST_DEPTH : 0;
    int most = unet ? UnetGenerator.MOST_DEPTH : MOST_BLOCKS;
    if (depth < least || depth > most) {
      throw new UserException(
          "A %s has %d to %d %s, not %d"
              .formatted(kind, least, most, unet ? "levels" : "blocks", depth));
    }
    norm.requireCondition(0);
    if (dropout && kind == Kind.STYLE) {
      throw new UserException("A style network has no dropout");
    }
  }

  /** CycleGAN's generator with 6 or 9 blocks, say. */
  public static TranslatorSpec resnet(int channels, int ngf, int blocks, Norm norm) {
    return new TranslatorSpec(
        Kind.RESNET,
        channels,
        channels,
        ngf,
        blocks,
        norm,
        false,
        BlockPadding.REFLECT,
        Upsampling.TRANSPOSED);
  }

  /** CycleGAN's generator for colour images, with its reference widths and norm. */
  public static TranslatorSpec cycleGan(int blocks) {
    return resnet(3, 64, blocks, Norm.INSTANCE_PLAIN);
  }

  /** pix2pix's generator; {@code depth} 8 is for images of 256 pixels. */
  public static TranslatorSpec unet(
      int inputChannels, int outputChannels, int ngf, int depth, Norm norm, boolean dropout) {
    return new TranslatorSpec(
        Kind.UNET,
        inputChannels,
        outputChannels,
        ngf,
        depth,
        norm,
        dropout,
        BlockPadding.ZERO,
        Upsampling.TRANSPOSED);
  }

  /** The network of fast style transfer; the reference has {@code ngf} 32. */
  public static TranslatorSpec style(int ngf, Norm norm, Upsampling upsampling) {
    return new TranslatorSpec(
        Kind.STYLE, 3, 3, ngf, STYLE_BLOCKS, norm, false, BlockPadding.REFLECT, upsampling);
  }

  /** The network, with its memory still to be given. */
  public Module network() {
    return switch (kind) {
      case RESNET -> new ResnetGenerator(this);
      case UNET -> new UnetGenerator(this);
      case STYLE -> new StyleNetwork(this);
    };
  }

  /** How its weights start, as in the original. */
  public Initialization initialization() {
    return kind == Kind.STYLE ? Initialization.DEFAULT : Initialization.DCGAN;
  }

  /** The values that its images have. */
  public ValueRange values() {
    return kind == Kind.STYLE ? ValueRange.BYTES : ValueRange.SIGNED;
  }

  /** The sides of its images are multiples of this many pixels; others come back larger or fail. */
  public int multiple() {
    return kind == Kind.UNET ? 1 << depth : 4;
  }

  @Override
  public String toString() {
    String parts =
        switch (kind) {
          case RESNET -> "ResNet generator with %d blocks".formatted(depth);
          case UNET -> "U-Net generator that halves %d times".formatted(depth);
          case STYLE -> "style network with %s upsampling".formatted(upsampling);
        };
    return "%s, %d to %d channels, %d filters, %s norm"
        .formatted(parts, inputChannels, outputChannels, ngf, norm);
  }
}
