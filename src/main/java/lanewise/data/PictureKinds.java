package lanewise.data;

import lanewise.UserException;

/**
 * What the two kinds of pictures are.
 *
 * @param inputChannels of what is translated: 1 or 3
 * @param outputChannels of what it becomes
 */
public record PictureKinds(Direction direction, int inputChannels, int outputChannels) {

  /** Checks the channels. */
  public PictureKinds {
    requireColours("--input-nc", inputChannels);
    requireColours("--output-nc", outputChannels);
  }

  private static void requireColours(String flag, int channels) {
    if (channels != 1 && channels != 3) {
      throw new UserException(
          "%s must be 3 (colour) or 1 (grey), not %d".formatted(flag, channels));
    }
  }
}
