package lanewise.inference;

import lanewise.picture.Picture;

/** The Y of YCbCr as JPEG has it (ITU-R BT.601). */
public final class Luminance {
  private static final float RED = 0.299f;
  private static final float GREEN = 0.587f;
  private static final float BLUE = 0.114f;

  private Luminance() {}

  /** One value for each pixel, from 0 to 255. */
  static float[] of(Picture picture) {
    if (picture.channels() == 1) {
      return picture.planes()[0];
    }
    float[][] planes = picture.planes();
    float[] luminance = new float[planes[0].length];
    for (int i = 0; i < luminance.length; i++) {
      luminance[i] = RED * planes[0][i] + GREEN * planes[1][i] + BLUE * planes[2][i];
    }
    return luminance;
  }

  /**
   * The luminance of one picture with the colours of another (Gatys et al. 2016, "Preserving color
   * in neural artistic style transfer"): Cb and Cr stay where nothing has to be clipped.
   *
   * @param colours of the same size
   */
  public static Picture with(Picture colours, Picture luminance) {
    float[] before = of(colours);
    float[] after = of(luminance);
    float[][] planes = new float[3][before.length];
    for (int c = 0; c < planes.length; c++) {
      float[] plane = colours.rgb().planes()[c];
      for (int i = 0; i < before.length; i++) {
        planes[c][i] = Math.clamp(plane[i] + after[i] - before[i], 0f, 255f);
      }
    }
    return new Picture(colours.width(), colours.height(), planes, colours.alpha());
  }
}
