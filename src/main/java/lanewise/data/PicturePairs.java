package lanewise.data;

import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import lanewise.picture.PictureSize;

/** Pictures of two kinds, from which the translation of one kind into the other is learned. */
public sealed interface PicturePairs permits PairedPictures, UnpairedPictures {

  /** What they are, in words. */
  String name();

  /** The sides of what training sees of the pictures, each with the first file that has them. */
  Map<PictureSize, Path> sizes();

  /** Pairs of an epoch. */
  int size();

  /**
   * A pair as training sees it.
   *
   * @param index of the pair, or of its first picture
   * @param random decides all that is random about it
   * @throws lanewise.UserException if a file cannot be read
   */
  PicturePair training(int index, SplittableRandom random);

  /** Pairs that can be looked at: held out ones if there are any. */
  int samples();

  /**
   * One of these, with nothing random.
   *
   * @throws lanewise.UserException if a file cannot be read
   */
  PicturePair sample(int index);
}
