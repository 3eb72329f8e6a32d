package lanewise.picture;

import java.io.IOException;

/** A picture announces more pixels than may be decoded. */
final class TooManyPixelsException extends IOException {
  private static final long serialVersionUID = 1;

  TooManyPixelsException(int width, int height) {
    super(width + " x " + height + " pixels are too many");
  }
}
