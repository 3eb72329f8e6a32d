package lanewise.data;

import lanewise.picture.Picture;

/**
 * A picture as a network sees it.
 *
 * @param values {@code [channels][height][width]} in [-1, 1]
 */
public record Planes(int channels, int height, int width, float[] values) {

  /** {@code (level / 255 - 0.5) / 0.5}: PyTorch's ToTensor and Normalize(0.5, 0.5). */
  static Planes of(Picture picture) {
    float[] values = new float[picture.channels() * picture.width() * picture.height()];
    int at = 0;
    for (float[] plane : picture.planes()) {
      for (float level : plane) {
        values[at++] = (level / 255f - 0.5f) / 0.5f;
      }
    }
    return new Planes(picture.channels(), picture.height(), picture.width(), values);
  }
}
