package lanewise.data;

import java.util.List;

/** Images of one shape, decoded once and kept in memory as bytes. */
final class PixelDataset implements Dataset {
  private final String name;
  private final ByteImage shape;
  private final byte[][] pixels;
  private final Labels labels;

  /**
   * @param images at least one, all of the same shape
   * @param labels one for each image, or {@link Labels#NONE}
   */
  PixelDataset(String name, List<ByteImage> images, Labels labels) {
    this.name = name;
    this.shape = images.getFirst();
    this.pixels = images.stream().map(ByteImage::pixels).toArray(byte[][]::new);
    this.labels = labels;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int size() {
    return pixels.length;
  }

  @Override
  public int channels() {
    return shape.channels();
  }

  @Override
  public int height() {
    return shape.height();
  }

  @Override
  public int width() {
    return shape.width();
  }

  @Override
  public void read(int index, float[] target, int offset) {
    ByteImage.normalize(pixels[index], target, offset);
  }

  @Override
  public int classes() {
    return labels.classes();
  }

  @Override
  public int label(int index) {
    return labels.classes() == 0 ? Dataset.super.label(index) : labels.of(index);
  }
}
