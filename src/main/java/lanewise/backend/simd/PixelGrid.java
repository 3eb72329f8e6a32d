package lanewise.backend.simd;

/**
 * Every {@code step}-th pixel of an image batch, a row of a product for each.
 *
 * @param top the first row of pixels, {@code left} the first column
 * @param height rows that are written, {@code width} columns
 */
record PixelGrid(
    Planes image, int top, int stepDown, int height, int left, int stepAcross, int width)
    implements RowSink {

  @Override
  public void write(int row, int from, int count, float[] values, int at) {
    int rowOfAll = row / width;
    write(rowOfAll / height, rowOfAll % height, row % width, from, count, values, at);
  }

  /** Stores a part of the pixel in row {@code i} and column {@code j} of those of an image. */
  void write(int n, int i, int j, int from, int count, float[] values, int at) {
    int start = image.at(n, top + i * stepDown, left + j * stepAcross) + from;
    Transfer.store(values, at, image.data(), start, count);
  }
}
