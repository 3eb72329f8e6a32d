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
    int x = left + row % width * stepAcross;
    int rowOfAll = row / width;
    int y = top + rowOfAll % height * stepDown;
    int start = image.at(rowOfAll / height, y, x) + from;
    Transfer.store(values, at, image.data(), start, count);
  }
}
