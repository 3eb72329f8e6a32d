package lanewise.data;

import lanewise.UserException;

/**
 * What the caller asks of images.
 *
 * @param side of the square, in pixels, or 0 for the data's own height and width
 * @param channels 1, 3, or 0 for the data's own
 */
record ImageShape(int side, int channels) {
  private static final int LARGEST_SIDE = 8192;

  ImageShape {
    if (side < 0 || side > LARGEST_SIDE) {
      throw new UserException(
          String.format(
              "image size %d is impossible: ask for 1 to %d pixels, or 0 for the data's own",
              side, LARGEST_SIDE));
    }
    if (channels != 0 && channels != 1 && channels != 3) {
      throw new UserException(
          channels + " image channels are impossible: ask for 1 (grey), 3 (RGB) or 0 (the data's)");
    }
  }

  /** Half of the heap: the other half is for everything that is not data. */
  static long memoryLimit() {
    return Runtime.getRuntime().maxMemory() / 2;
  }

  /** Refuses images of the given shape that would not fit in {@link #memoryLimit} as bytes. */
  void checkFits(String where, int count, int ownChannels, int ownHeight, int ownWidth) {
    int c = channels == 0 ? ownChannels : channels;
    double pixels = side == 0 ? (double) ownHeight * ownWidth : (double) side * side;
    double item = Math.max((double) ownChannels * ownHeight * ownWidth, c * pixels);
    double bytes = Math.max(item, count * c * pixels);
    if (bytes > memoryLimit()) {
      throw new UserException(
          String.format(
              "%s needs %.0f MiB in memory, half of the heap is %d MiB: use a smaller"
                  + " --image-size, or set LANEWISE_JAVA_OPTS=-Xmx...",
              where, bytes / (1 << 20), memoryLimit() >> 20));
    }
  }
}
