package lanewise.data;

import java.nio.file.Path;
import java.util.SplittableRandom;
import lanewise.UserException;
import lanewise.data.ImageDecoder.Size;

/**
 * What becomes of the pictures of an image-to-image training: resized with Pillow's bicubic filter,
 * cut out, mirrored, and their values from [0, 255] to [-1, 1].
 *
 * @param loadSize pixels to which pictures are resized first
 * @param cropSize pixels of the sides of what is cut out
 * @param flips whether half of the pictures are mirrored, left and right
 * @param multiple of pixels that the sides are rounded to where nothing is cut out
 */
public record PicturePlan(
    Preprocess preprocess, int loadSize, int cropSize, boolean flips, int multiple) {

  /** Checks that what is cut out can be cut out. */
  public PicturePlan {
    boolean resized =
        preprocess == Preprocess.RESIZE_AND_CROP || preprocess == Preprocess.SCALE_WIDTH_AND_CROP;
    if (resized && loadSize < cropSize) {
      throw new UserException(
          "--crop-size %d is larger than --load-size %d; make it smaller, or the other larger"
              .formatted(cropSize, loadSize));
    }
    if (preprocess.crops() && cropSize % multiple != 0) {
      throw new UserException(
          "--crop-size %d is not a multiple of %d, which the generator needs; give %d"
              .formatted(cropSize, multiple, rounded(cropSize, multiple)));
    }
  }

  /**
   * The random choices for a picture, or for both pictures of a pair.
   *
   * @param across how far from left to right the square lies, in [0, 1)
   * @param down how far from top to bottom
   */
  record Choice(double across, double down, boolean flipped) {
    static Choice draw(SplittableRandom random) {
      return new Choice(random.nextDouble(), random.nextDouble(), random.nextBoolean());
    }
  }

  /** Passes if there is enough of a picture to cut a square out of. */
  void requireLargeEnough(Path file, Size size) {
    Size loaded = loaded(size);
    if (preprocess.crops() && Math.min(loaded.height(), loaded.width()) < cropSize) {
      throw new UserException(
          ("%s is %s pixels%s, smaller than --crop-size %d; give a smaller one, --preprocess"
                  + " resize_and_crop, or larger pictures")
              .formatted(file, size, loaded.equals(size) ? "" : ", scaled to " + loaded, cropSize));
    }
  }

  /** The sides of what a picture becomes. */
  Size result(Size size) {
    return preprocess.crops() ? new Size(cropSize, cropSize) : loaded(size);
  }

  /** The sides before anything is cut out. */
  private Size loaded(Size size) {
    return switch (preprocess) {
      case RESIZE_AND_CROP -> new Size(loadSize, loadSize);
      case CROP -> size;
      case SCALE_WIDTH -> rounded(scaled(size));
      case SCALE_WIDTH_AND_CROP -> scaled(size);
      case NONE -> rounded(size);
    };
  }

  /** To the load size in width; not less high than what may be cut out, as in the original. */
  private Size scaled(Size size) {
    int height = (int) ((long) loadSize * size.height() / size.width());
    return new Size(preprocess.crops() ? Math.max(height, cropSize) : height, loadSize);
  }

  private Size rounded(Size size) {
    return new Size(rounded(size.height(), multiple), rounded(size.width(), multiple));
  }

  private static int rounded(int side, int multiple) {
    return Math.max(1, Math.round((float) side / multiple)) * multiple;
  }

  /** A picture as training sees it. */
  Planes apply(ByteImage image, Choice choice) {
    Size loaded = loaded(new Size(image.height(), image.width()));
    ByteImage resized = resized(image, loaded);
    Size size = result(loaded);
    int top = (int) (choice.down * (loaded.height() - size.height() + 1));
    int left = (int) (choice.across * (loaded.width() - size.width() + 1));
    return cut(resized, top, left, size, flips && choice.flipped);
  }

  /** A picture as samples show it: a square of the crop size, nothing of which is random. */
  Planes square(ByteImage image) {
    Size size = new Size(cropSize, cropSize);
    ByteImage square =
        preprocess == Preprocess.RESIZE_AND_CROP ? resized(image, size) : image.resizedTo(cropSize);
    return cut(square, 0, 0, size, false);
  }

  private static ByteImage resized(ByteImage image, Size size) {
    return image.height() == size.height() && image.width() == size.width()
        ? image
        : Resize.whole(Resize.BICUBIC, image, size.height(), size.width());
  }

  private static Planes cut(ByteImage image, int top, int left, Size size, boolean flipped) {
    int plane = size.height() * size.width();
    byte[] pixels = new byte[image.channels() * plane];
    for (int c = 0; c < image.channels(); c++) {
      for (int y = 0; y < size.height(); y++) {
        int from = (c * image.height() + top + y) * image.width() + left;
        int to = c * plane + y * size.width();
        for (int x = 0; x < size.width(); x++) {
          int mirrored = flipped ? size.width() - 1 - x : x;
          pixels[to + x] = image.pixels()[from + mirrored];
        }
      }
    }
    float[] values = new float[pixels.length];
    ByteImage.normalize(pixels, values, 0);
    return new Planes(image.channels(), size.height(), size.width(), values);
  }
}
