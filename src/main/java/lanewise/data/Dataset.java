package lanewise.data;

/**
 * Samples of one shape, images with values in [-1, 1], in a fixed order.
 *
 * <p>Implementations are immutable and may be read from several threads at once.
 */
public interface Dataset {

  /** What a log says of this data: its name, its size and where it came from. */
  String name();

  /** The number of samples, at least 1. */
  int size();

  /** Channels of each sample: 1 for grey, 3 for RGB, 2 for points in the plane. */
  int channels();

  /** Rows of each sample. */
  int height();

  /** Columns of each sample. */
  int width();

  /**
   * Copies one sample in PyTorch's order, {@code [c][h][w]}.
   *
   * @param index from 0 to {@code size() - 1}
   * @param target receives {@code channels() * height() * width()} values from {@code offset} on
   */
  void read(int index, float[] target, int offset);

  /** The number of classes that {@link #label} tells apart, 0 if the data has no labels. */
  default int classes() {
    return 0;
  }

  /**
   * The class of one sample, from 0 to {@code classes() - 1}.
   *
   * @throws UnsupportedOperationException if the data has no labels
   */
  default int label(int index) {
    throw new UnsupportedOperationException(name() + " has no labels");
  }
}
