package lanewise.data;

import java.util.SplittableRandom;

/** Pictures of two kinds, from which the translation of one kind into the other is learned. */
public sealed interface PicturePairs permits PairedPictures, UnpairedPictures {

  /** What they are, in words. */
  String name();

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
