package lanewise.picture;

/** The sides of a picture. */
public record PictureSize(int width, int height) {

  /** {@code 640 x 480}. */
  @Override
  public String toString() {
    return width + " x " + height;
  }
}
