package lanewise.data;

import java.util.Locale;
import java.util.SplittableRandom;
import lanewise.UserException;

/**
 * Three random grey images as the red, green and blue channel of one: a data set whose number of
 * modes is known, the classes of the grey images to the third power.
 *
 * <p>Stacked MNIST (Metz et al., "Unrolled Generative Adversarial Networks", 2017) for any images;
 * with the 128,000 samples of Srivastava et al., "VEEGAN", 2017, and Lin et al., "PacGAN", 2018.
 */
public final class StackedDataset implements Dataset {
  /** Samples in the papers' data. */
  public static final int SIZE = 128_000;

  private static final int CHANNELS = 3;

  private final Dataset grey;
  private final int[] parts;
  private final int classes;

  /**
   * Draws which images are stacked.
   *
   * @param grey images of one channel
   * @param size samples to draw
   * @throws UserException if the images have more channels
   */
  public StackedDataset(Dataset grey, int size, long seed) {
    if (grey.channels() != 1) {
      throw new UserException(
          "%s has %d channels: only grey images can be stacked"
              .formatted(grey.name(), grey.channels()));
    }
    this.grey = grey;
    classes = Math.powExact(grey.classes(), CHANNELS);
    SplittableRandom random = new SplittableRandom(seed);
    parts = random.ints((long) CHANNELS * size, 0, grey.size()).toArray();
  }

  /** The images that are stacked. */
  public Dataset grey() {
    return grey;
  }

  @Override
  public String name() {
    return String.format(Locale.ROOT, "%,d times three of %s", size(), grey.name());
  }

  @Override
  public int size() {
    return parts.length / CHANNELS;
  }

  @Override
  public int channels() {
    return CHANNELS;
  }

  @Override
  public int height() {
    return grey.height();
  }

  @Override
  public int width() {
    return grey.width();
  }

  @Override
  public void read(int index, float[] target, int offset) {
    for (int c = 0; c < CHANNELS; c++) {
      grey.read(parts[CHANNELS * index + c], target, offset + c * height() * width());
    }
  }

  @Override
  public int classes() {
    return classes;
  }

  /** The red image's class is the highest digit, to the base of the number of grey classes. */
  @Override
  public int label(int index) {
    int label = 0;
    for (int c = 0; c < CHANNELS; c++) {
      label = label * grey.classes() + grey.label(parts[CHANNELS * index + c]);
    }
    return label;
  }
}
