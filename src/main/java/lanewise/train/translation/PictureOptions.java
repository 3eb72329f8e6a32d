package lanewise.train.translation;

import lanewise.data.Direction;
import lanewise.data.PictureKinds;
import lanewise.data.PicturePlan;
import lanewise.data.Preprocess;
import lanewise.picture.Pictures;
import lanewise.train.OptionCheck;

/**
 * What becomes of pictures before they are learned from.
 *
 * @param direction a name of {@link Direction}
 * @param preprocess a name of {@link Preprocess}
 * @param loadSize pixels to which they are resized
 * @param cropSize pixels of the square that is cut out
 * @param noFlip whether none is mirrored
 * @param inputNc channels of what is translated
 * @param outputNc channels of what it becomes
 * @param maxPixels what width times height of a file may be
 */
public record PictureOptions(
    String direction,
    String preprocess,
    int loadSize,
    int cropSize,
    boolean noFlip,
    int inputNc,
    int outputNc,
    long maxPixels) {

  /** Checks each value. */
  public PictureOptions {
    OptionCheck.positive("--load-size", loadSize);
    OptionCheck.positive("--crop-size", cropSize);
    OptionCheck.positive(Pictures.MAX_PIXELS_OPTION, maxPixels);
    Direction.named(direction);
    Preprocess.named(preprocess);
    new PictureKinds(Direction.named(direction), inputNc, outputNc);
  }

  PictureKinds kinds() {
    return new PictureKinds(Direction.named(direction), inputNc, outputNc);
  }

  /** For a generator whose pictures have sides that are multiples of so many pixels. */
  PicturePlan plan(int multiple) {
    return new PicturePlan(Preprocess.named(preprocess), loadSize, cropSize, !noFlip, multiple);
  }
}
