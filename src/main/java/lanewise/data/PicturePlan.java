package lanewise.data;

import java.nio.file.Path;
import java.util.SplittableRandom;
import lanewise.UserException;
import lanewise.picture.Picture;
import lanewise.picture.PictureSize;
import lanewise.picture.ResizeFilter;

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
  void requireLargeEnough(Path file, PictureSize size) {
    PictureSize loaded = loaded(size);
    if (preprocess.crops() && Math.min(loaded.height(), loaded.width()) < cropSize) {
      throw new UserException(
          ("%s is %s pixels%s, smaller than --crop-size %d; give a smaller one, --preprocess"
                  + " resize_and_crop, or larger pictures")
              .formatted(file, size, loaded.equals(size) ? "" : ", scaled to " + loaded, cropSize));
    }
  }

  /** The sides before anything is cut out. */
  private PictureSize loaded(PictureSize size) {
    return switch (preprocess) {
      case RESIZE_AND_CROP -> new PictureSize(loadSize, loadSize);
      case CROP -> size;
      case SCALE_WIDTH -> rounded(scaled(size));
      case SCALE_WIDTH_AND_CROP -> scaled(size);
      case NONE -> rounded(size);
    };
  }

  /** To the load size in width; not less high than what may be cut out, as in the original. */
  private PictureSize scaled(PictureSize size) {
    int height = (int) ((long) loadSize * size.height() / size.width());
    return new PictureSize(loadSize, preprocess.crops() ? Math.max(height, cropSize) : height);
  }

  private PictureSize rounded(PictureSize size) {
    return new PictureSize(rounded(size.width(), multiple), rounded(size.height(), multiple));
  }

  private static int rounded(int side, int multiple) {
    return Math.max(1, Math.round((float) side / multiple)) * multiple;
  }

  /** The sides of what training sees of a picture. */
  PictureSize seen(PictureSize size) {
    return preprocess.crops() ? new PictureSize(cropSize, cropSize) : loaded(size);
  }

  /** A picture as training sees it. */
  Planes apply(Picture picture, Choice choice) {
    PictureSize given = new PictureSize(picture.width(), picture.height());
    PictureSize loaded = loaded(given);
    PictureSize size = seen(given);
    int left = (int) (choice.across * (loaded.width() - size.width() + 1));
    int top = (int) (choice.down * (loaded.height() - size.height() + 1));
    Picture cut =
        picture
            .resized(loaded.width(), loaded.height(), ResizeFilter.BICUBIC)
            .cropped(left, top, size.width(), size.height());
    return Planes.of(flips && choice.flipped ? cut.flipped() : cut);
  }

  /** A picture as samples show it: a square of the crop size, nothing of which is random. */
  Planes square(Picture picture) {
    Picture part = picture;
    if (preprocess != Preprocess.RESIZE_AND_CROP) {
      int side = Math.min(picture.width(), picture.height());
      part =
          picture.cropped((picture.width() - side) / 2, (picture.height() - side) / 2, side, side);
    }
    return Planes.of(part.resized(cropSize, cropSize, ResizeFilter.BICUBIC));
  }
}
