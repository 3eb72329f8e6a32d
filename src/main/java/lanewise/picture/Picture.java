package lanewise.picture;

/**
 * A picture as planes of levels from 0 to 255, row by row from the top.
 *
 * @param planes grey, or red, green and blue; each of {@code width * height} levels, not copied
 * @param alpha 0 is transparent, 255 opaque; null where all is opaque. Colours are not multiplied
 *     by it
 */
public record Picture(int width, int height, float[][] planes, float[] alpha) {
  public Picture {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException("a picture cannot be " + width + " x " + height);
    }
    if (planes.length != 1 && planes.length != 3) {
      throw new IllegalArgumentException("a picture has 1 or 3 planes, not " + planes.length);
    }
    int pixels = Math.multiplyExact(width, height);
    for (float[] plane : planes) {
      checkPlane(plane, pixels);
    }
    if (alpha != null) {
      checkPlane(alpha, pixels);
    }
  }

  private static void checkPlane(float[] plane, int pixels) {
    if (plane.length != pixels) {
      throw new IllegalArgumentException(plane.length + " levels for " + pixels + " pixels");
    }
  }

  /** An opaque picture. */
  public Picture(int width, int height, float[][] planes) {
    this(width, height, planes, null);
  }

  /** 1 for grey, 3 for RGB; alpha does not count. */
  public int channels() {
    return planes.length;
  }

  /** This picture with three planes; those of a grey one are the same array. */
  public Picture rgb() {
    return channels() == 3
        ? this
        : new Picture(width, height, new float[][] {planes[0], planes[0], planes[0]}, alpha);
  }

  /**
   * The part that begins at a column and a row.
   *
   * @throws IllegalArgumentException if it is not within the picture
   */
  public Picture cropped(int left, int top, int newWidth, int newHeight) {
    if (left < 0 || top < 0 || newWidth > width - left || newHeight > height - top) {
      throw new IllegalArgumentException(
          "%d x %d pixels at %d, %d are not within %d x %d"
              .formatted(newWidth, newHeight, left, top, width, height));
    }
    return rearranged(
        newWidth,
        newHeight,
        (from, to) -> {
          for (int y = 0; y < newHeight; y++) {
            System.arraycopy(from, (top + y) * width + left, to, y * newWidth, newWidth);
          }
        });
  }

  /** This picture with left and right exchanged. */
  public Picture flipped() {
    return Orientation.FLIPPED.uprightOf(this);
  }

  /**
   * This picture in another size, as Pillow's {@code Image.resize} makes it of 8-bit pictures: the
   * filter widens where the picture shrinks, and levels are rounded and clamped after the
   * horizontal and after the vertical pass. Where there is alpha, colours count by it.
   */
  public Picture resized(int newWidth, int newHeight, ResizeFilter filter) {
    if (newWidth == width && newHeight == height) {
      return this;
    }
    return new Resize(this, newWidth, newHeight, filter).result();
  }

  /** How a plane becomes one of another size. */
  @FunctionalInterface
  interface Rearrangement {
    void apply(float[] from, float[] to);
  }

  /** The picture with each of its planes rearranged. */
  Picture rearranged(int newWidth, int newHeight, Rearrangement rearrangement) {
    float[][] newPlanes = new float[planes.length][];
    for (int c = 0; c < planes.length; c++) {
      newPlanes[c] = rearrange(planes[c], newWidth * newHeight, rearrangement);
    }
    float[] newAlpha = alpha == null ? null : rearrange(alpha, newWidth * newHeight, rearrangement);
    return new Picture(newWidth, newHeight, newPlanes, newAlpha);
  }

  private static float[] rearrange(float[] plane, int newPixels, Rearrangement rearrangement) {
    float[] result = new float[newPixels];
    rearrangement.apply(plane, result);
    return result;
  }
}
