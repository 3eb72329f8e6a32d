package lanewise.model;

import lanewise.UserException;

/** The values that stand for black and for white in the images of a network. */
public record ValueRange(float black, float white) {
  /** -1 and 1, as a tanh makes them. */
  public static final ValueRange SIGNED = new ValueRange(-1, 1);

  /** 0 and 255, as files hold them. */
  public static final ValueRange BYTES = new ValueRange(0, 255);

  /**
   * The range that {@code BLACK..WHITE} names, such as {@code 0..1}.
   *
   * @throws UserException if it names none; the message goes on behind what the text is for
   */
  public static ValueRange named(String text) {
    int dots = text.indexOf("..");
    try {
      float black = Float.parseFloat(text.substring(0, Math.max(0, dots)));
      float white = Float.parseFloat(text.substring(dots + 2));
      if (black < white && Float.isFinite(white - black)) {
        return new ValueRange(black, white);
      }
    } catch (NumberFormatException e) {
      // Answered as numbers in the wrong order are.
    }
    throw new UserException("BLACK..WHITE, such as 0..1, not '" + text + "'");
  }
}
