package lanewise.picture;

import java.io.IOException;

/** A picture announces more pixels than may be decoded. */
final class TooManyPixelsException extends IOException {
  private static final long serialVersionUID = 1;

  /**
   * Of a picture with these sides.
   *
   * @param limit what width times height may be
   */
  TooManyPixelsException(int width, int height, long limit) {
    super("%d x %d pixels are too many, at most %d are allowed".formatted(width, height, limit));
  }
}
