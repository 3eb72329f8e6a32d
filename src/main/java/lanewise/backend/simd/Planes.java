package lanewise.backend.simd;

import java.lang.foreign.MemorySegment;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/**
 * The channels of one group of an image batch.
 *
 * @param pixel elements from one pixel to the next, that is all channels
 * @param first channel of the group
 * @param channels of the group
 */
record Planes(MemorySegment data, int height, int width, int pixel, int first, int channels) {

  static Planes of(Tensor images, int group, int groups) {
    Shape s = images.shape();
    int channels = s.c() / groups;
    return new Planes(images.segment(), s.h(), s.w(), s.c(), group * channels, channels);
  }

  /** Where a pixel's channels begin. */
  int at(int image, int y, int x) {
    return ((image * height + y) * width + x) * pixel + first;
  }

  /** Stores a row of an image, whose pixels' channels are given one after the other. */
  void storeRow(int image, int y, float[] values, int from) {
    boolean whole = channels == pixel;
    int run = whole ? width * channels : channels;
    for (int x = 0; x < width; x += run / channels) {
      Transfer.store(values, from + x * channels, data, at(image, y, x), run);
    }
  }

  /** A row for each pixel. */
  Matrix pixels() {
    return new Matrix(data, first, pixel);
  }
}
