package lanewise.backend;

/** Rows and columns added around an image, in pixels. */
public record Padding(int left, int right, int top, int bottom) {

  public Padding {
    if (left < 0 || right < 0 || top < 0 || bottom < 0) {
      throw new IllegalArgumentException("Padding is >= 0");
    }
  }

  public static Padding all(int pixels) {
    return new Padding(pixels, pixels, pixels, pixels);
  }

  public Shape pad(Shape x) {
    return Shape.of(x.n(), x.c(), x.h() + top + bottom, x.w() + left + right);
  }
}
