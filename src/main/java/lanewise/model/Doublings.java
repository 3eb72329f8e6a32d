package lanewise.model;

import lanewise.UserException;

/**
 * The side of an image as that of a first block, doubled some times: 28 = 7 x 2^2, 32 = 4 x 2^3.
 *
 * @param firstBlock 4, 5, 6 or 7 pixels
 * @param count at least 2
 */
record Doublings(int firstBlock, int count) {
  private static final int SMALLEST = 4;
  private static final int LARGEST = 7;

  /**
   * Those that give {@code imageSize} pixels.
   *
   * @throws UserException if none do; says that {@code architecture} cannot make such images
   */
  static Doublings of(int imageSize, String architecture) {
    int count = 0;
    int block = imageSize;
    while (block > LARGEST && block % 2 == 0) {
      block /= 2;
      count++;
    }
    if (block < SMALLEST || block > LARGEST || count < 2) {
      throw new UserException(
          "%s cannot make images of %d pixels; use one of 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128"
              .formatted(architecture, imageSize));
    }
    return new Doublings(block, count);
  }
}
