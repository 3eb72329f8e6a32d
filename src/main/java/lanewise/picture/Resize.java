package lanewise.picture;

import java.util.Arrays;
import lanewise.picture.ResizeFilter.Taps;

/** One resizing of a picture. */
final class Resize {
  private final Picture source;
  private final int width;
  private final int height;
  private final Taps horizontal;
  private final Taps vertical;

  Resize(Picture source, int width, int height, ResizeFilter filter) {
    this.source = source;
    this.width = width;
    this.height = height;
    this.horizontal = filter.taps(source.width(), width, 0, width);
    this.vertical = filter.taps(source.height(), height, 0, height);
  }

  Picture result() {
    float[] alpha = source.alpha();
    float[] newAlpha = alpha == null ? null : resized(alpha);
    float[][] planes = new float[source.channels()][];
    for (int c = 0; c < planes.length; c++) {
      float[] plane = source.planes()[c];
      planes[c] =
          alpha == null ? resized(plane) : divided(resized(multiplied(plane, alpha)), newAlpha);
    }
    return new Picture(width, height, planes, newAlpha);
  }

  /** What is transparent must not colour its neighbours. */
  private static float[] multiplied(float[] plane, float[] alpha) {
    float[] product = new float[plane.length];
    for (int i = 0; i < product.length; i++) {
      product[i] = Math.round(plane[i] * alpha[i] / 255);
    }
    return product;
  }

  private static float[] divided(float[] product, float[] alpha) {
    for (int i = 0; i < product.length; i++) {
      if (alpha[i] > 0) {
        product[i] = Math.min(255, (int) (product[i] * 255 / alpha[i]));
      }
    }
    return product;
  }

  private float[] resized(float[] plane) {
    float[] rows = width == source.width() ? plane : resizedRows(plane);
    return height == source.height() ? rows : resizedColumns(rows);
  }

  private float[] resizedRows(float[] plane) {
    float[] rows = new float[width * source.height()];
    for (int y = 0; y < source.height(); y++) {
      int line = y * source.width();
      for (int x = 0; x < width; x++) {
        float[] weights = horizontal.weights()[x];
        int from = line + horizontal.first()[x];
        float sum = 0;
        for (int k = 0; k < weights.length; k++) {
          sum += weights[k] * plane[from + k];
        }
        rows[y * width + x] = level(sum);
      }
    }
    return rows;
  }

  private float[] resizedColumns(float[] rows) {
    float[] result = new float[width * height];
    float[] sums = new float[width];
    for (int y = 0; y < height; y++) {
      Arrays.fill(sums, 0);
      float[] weights = vertical.weights()[y];
      for (int k = 0; k < weights.length; k++) {
        int from = (vertical.first()[y] + k) * width;
        for (int x = 0; x < width; x++) {
          sums[x] += weights[k] * rows[from + x];
        }
      }
      for (int x = 0; x < width; x++) {
        result[y * width + x] = level(sums[x]);
      }
    }
    return result;
  }

  private static float level(float sum) {
    return Math.clamp(Math.round(sum), 0, 255);
  }
}
