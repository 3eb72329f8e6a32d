package lanewise.data;

import java.util.Arrays;
import lanewise.picture.Picture;

/**
 * An image of unsigned bytes, stored {@code [c][h][w]}.
 *
 * @param channels 1 (grey) or 3 (RGB)
 * @param pixels {@code channels * height * width} bytes, owned by this image
 */
record ByteImage(int channels, int height, int width, byte[] pixels) {

  /** A side up to this much longer than the image's is reached by padding, not by resizing. */
  private static final int LARGEST_PADDING = 4;

  /** To one level: 65535 is what 255 is of 8 bits. */
  private static final int LEVELS_OF_16_BITS = 257;

  /**
   * {@code (v / 255 - 0.5) / 0.5} in float: PyTorch's ToTensor and Normalize(0.5, 0.5), bit by bit.
   */
  private static final float[] NORMALIZED = new float[256];

  static {
    for (int v = 0; v < NORMALIZED.length; v++) {
      NORMALIZED[v] = (v / 255f - 0.5f) / 0.5f;
    }
  }

  /** An image from bytes stored {@code [h][w][c]}. */
  static ByteImage ofInterleaved(int channels, int height, int width, byte[] interleaved) {
    int plane = height * width;
    byte[] pixels = new byte[channels * plane];
    for (int i = 0; i < plane; i++) {
      for (int c = 0; c < channels; c++) {
        pixels[c * plane + i] = interleaved[i * channels + c];
      }
    }
    return new ByteImage(channels, height, width, pixels);
  }

  /** The upper 8 bits of a picture's levels; its alpha is dropped. */
  static ByteImage of(Picture picture) {
    int plane = picture.width() * picture.height();
    byte[] pixels = new byte[picture.channels() * plane];
    for (int c = 0; c < picture.channels(); c++) {
      float[] levels = picture.planes()[c];
      for (int i = 0; i < plane; i++) {
        pixels[c * plane + i] = (byte) (Math.round(levels[i] * LEVELS_OF_16_BITS) >> 8);
      }
    }
    return new ByteImage(picture.channels(), picture.height(), picture.width(), pixels);
  }

  /** Maps bytes from [0, 255] to floats in [-1, 1]. */
  static void normalize(byte[] pixels, float[] target, int offset) {
    for (int i = 0; i < pixels.length; i++) {
      target[offset + i] = NORMALIZED[pixels[i] & 0xFF];
    }
  }

  /**
   * This image with another number of channels.
   *
   * <p>RGB becomes luma (ITU-R 601-2: 0.299 R + 0.587 G + 0.114 B); grey is repeated.
   *
   * @param wanted 1, 3, or 0 to leave the image as it is
   */
  ByteImage withChannels(int wanted) {
    if (wanted == 0 || wanted == channels) {
      return this;
    }
    int plane = height * width;
    byte[] converted = new byte[wanted * plane];
    if (wanted == 1) {
      for (int i = 0; i < plane; i++) {
        int red = pixels[i] & 0xFF;
        int green = pixels[plane + i] & 0xFF;
        int blue = pixels[2 * plane + i] & 0xFF;
        converted[i] = (byte) ((299 * red + 587 * green + 114 * blue + 500) / 1000);
      }
    } else {
      for (int c = 0; c < wanted; c++) {
        System.arraycopy(pixels, 0, converted, c * plane, plane);
      }
    }
    return new ByteImage(wanted, height, width, converted);
  }

  /**
   * This image on a square of the given side, resized so that the shorter side fits and then
   * cropped at the centre: torchvision's {@code Resize(side)} and {@code CenterCrop(side)}.
   *
   * @param side in pixels, or 0 to leave the image as it is
   */
  ByteImage resizedTo(int side) {
    if (side == 0 || (height == side && width == side)) {
      return this;
    }
    int shorter = Math.min(height, width);
    long newHeight = (long) side * height / shorter;
    long newWidth = (long) side * width / shorter;
    return BilinearResize.centered(this, newHeight, newWidth, side);
  }

  /**
   * This image on a square of the given side, padded with black at the edges if the side is at most
   * {@value #LARGEST_PADDING} pixels longer than the image's, else as {@link #resizedTo}.
   *
   * <p>Padding keeps every pixel of small drawings on a black ground (28 x 28 digits and clothes on
   * 32 x 32), which resizing would blur.
   *
   * @param side in pixels, or 0 to leave the image as it is
   */
  ByteImage paddedOrResizedTo(int side) {
    int longer = Math.max(height, width);
    int shorter = Math.min(height, width);
    if (side <= shorter || side < longer || side - shorter > LARGEST_PADDING) {
      return resizedTo(side);
    }
    byte[] padded = new byte[channels * side * side];
    int top = (side - height) / 2;
    int left = (side - width) / 2;
    for (int c = 0; c < channels; c++) {
      for (int y = 0; y < height; y++) {
        int to = (c * side + top + y) * side + left;
        System.arraycopy(pixels, (c * height + y) * width, padded, to, width);
      }
    }
    return new ByteImage(channels, side, side, padded);
  }

  boolean sameShape(ByteImage other) {
    return channels == other.channels && height == other.height && width == other.width;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ByteImage image
        && sameShape(image)
        && Arrays.equals(pixels, image.pixels);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(pixels);
  }

  @Override
  public String toString() {
    return channels + " x " + height + " x " + width;
  }
}
