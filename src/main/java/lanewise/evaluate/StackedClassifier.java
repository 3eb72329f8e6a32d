package lanewise.evaluate;

import lanewise.evaluate.Classifier.Reading;
import lanewise.metrics.Features;

/**
 * Reads images of three channels, each of which is an image of its own, as {@link
 * lanewise.data.StackedDataset} makes them: three digits of a class, three parts of the features.
 *
 * @param grey reads one channel
 */
public record StackedClassifier(Classifier grey) implements Classifier {
  private static final int CHANNELS = 3;

  @Override
  public int channels() {
    return CHANNELS;
  }

  @Override
  public int imageSize() {
    return grey.imageSize();
  }

  @Override
  public int classes() {
    return Math.powExact(grey.classes(), CHANNELS);
  }

  /** In PyTorch's order the channels of all images are grey images one after the other. */
  @Override
  public Reading read(float[] images, int count) {
    Reading parts = grey.read(images, CHANNELS * count);
    int[] classes = new int[count];
    for (int i = 0; i < CHANNELS * count; i++) {
      classes[i / CHANNELS] = classes[i / CHANNELS] * grey.classes() + parts.classes()[i];
    }
    Features features = parts.features();
    return new Reading(new Features(features.values(), CHANNELS * features.dimensions()), classes);
  }

  @Override
  public String description() {
    return "each channel read by " + grey.description();
  }
}
