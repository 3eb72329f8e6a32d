package lanewise.evaluate;

import lanewise.metrics.Features;

/** Reads classes and features from images; what the metrics of images are made of. */
public interface Classifier {

  int channels();

  /** Pixels of a side. */
  int imageSize();

  /** How many classes it tells apart. */
  int classes();

  /**
   * Reads a batch of images.
   *
   * @param images {@code count} of them in PyTorch's order, with values in [-1, 1]
   */
  Reading read(float[] images, int count);

  /** Where the features come from, for reports: data and accuracy. */
  String description();

  /**
   * What was read.
   *
   * @param features of the last hidden layer, one point an image
   * @param classes the most likely class of each image
   */
  record Reading(Features features, int[] classes) {}
}
