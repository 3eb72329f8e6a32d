package lanewise.evaluate;

import lanewise.data.Dataset;

/** Samples of one shape that are read once, from the first to the last, in pieces of any size. */
public interface Samples {

  int size();

  int channels();

  int height();

  int width();

  /**
   * Copies the next samples in PyTorch's order; images have values in [-1, 1].
   *
   * @param first the number of the first one: 0, then where the last call ended
   * @param count of samples, of which {@code target} holds at least as many values
   */
  void read(int first, int count, float[] target);

  /** The values of one sample. */
  default int sampleSize() {
    return channels() * height() * width();
  }

  /** A data set in its own order. */
  static Samples of(Dataset data) {
    return new Samples() {
      @Override
      public int size() {
        return data.size();
      }

      @Override
      public int channels() {
        return data.channels();
      }

      @Override
      public int height() {
        return data.height();
      }

      @Override
      public int width() {
        return data.width();
      }

      @Override
      public void read(int first, int count, float[] target) {
        for (int i = 0; i < count; i++) {
          data.read(first + i, target, i * sampleSize());
        }
      }
    };
  }
}
