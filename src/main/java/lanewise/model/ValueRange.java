package lanewise.model;

/** The values that stand for black and for white in the images of a network. */
public enum ValueRange {
  /** -1 and 1, as a tanh makes them. */
  SIGNED(-1, 1),
  /** 0 and 255, as files hold them. */
  BYTES(0, 255);

  private final float black;
  private final float white;

  ValueRange(float black, float white) {
    this.black = black;
    this.white = white;
  }

  public float black() {
    return black;
  }

  public float white() {
    return white;
  }
}
