package lanewise.picture;

/** How a camera was held, by the numbers of EXIF's tag: what is to be done to see it upright. */
enum Orientation {
  UPRIGHT(false, false, false),
  FLIPPED(false, true, false),
  UPSIDE_DOWN(false, true, true),
  FLIPPED_UPSIDE_DOWN(false, false, true),
  TRANSPOSED(true, false, false),
  TURNED_LEFT(true, false, true),
  TRANSPOSED_UPSIDE_DOWN(true, true, true),
  TURNED_RIGHT(true, true, false);

  /** Whether what is stored as a row is a column. */
  private final boolean transposed;

  /** Whether stored columns run from right to left, and stored rows upwards. */
  private final boolean fromRight;

  private final boolean upwards;

  Orientation(boolean transposed, boolean fromRight, boolean upwards) {
    this.transposed = transposed;
    this.fromRight = fromRight;
    this.upwards = upwards;
  }

  /** The orientation of a value of the tag, 1 to 8; upright for any other. */
  static Orientation of(int exif) {
    return exif >= 1 && exif <= 8 ? values()[exif - 1] : UPRIGHT;
  }

  /** The sides of what is stored, turned. */
  PictureSize uprightOf(PictureSize stored) {
    return transposed ? new PictureSize(stored.height(), stored.width()) : stored;
  }

  /** Turns what is stored. */
  Picture uprightOf(Picture stored) {
    if (this == UPRIGHT) {
      return stored;
    }
    int storedWidth = stored.width();
    int storedHeight = stored.height();
    PictureSize upright = uprightOf(new PictureSize(storedWidth, storedHeight));
    int width = upright.width();
    int height = upright.height();
    return stored.rearranged(
        width,
        height,
        (from, to) -> {
          for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
              int column = transposed ? y : x;
              int row = transposed ? x : y;
              column = fromRight ? storedWidth - 1 - column : column;
              row = upwards ? storedHeight - 1 - row : row;
              to[y * width + x] = from[row * storedWidth + column];
            }
          }
        });
  }
}
