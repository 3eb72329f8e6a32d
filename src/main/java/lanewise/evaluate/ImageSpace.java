package lanewise.evaluate;

import lanewise.metrics.Features;

/** What images are as points, between which distances are Euclidean. */
public interface ImageSpace {

  /** What it is, in a word. */
  String name();

  /** More about it; empty if there is nothing more to know. */
  String detail();

  /**
   * Reads a batch of images.
   *
   * @param images {@code count} of them in PyTorch's order, with values in [-1, 1]
   */
  Features read(float[] images, int count);

  /** Each value of each pixel a coordinate. */
  static ImageSpace pixels() {
    return new ImageSpace() {
      @Override
      public String name() {
        return "pixels";
      }

      @Override
      public String detail() {
        return "";
      }

      @Override
      public Features read(float[] images, int count) {
        return new Features(images, images.length / count);
      }
    };
  }

  /** The features of a classifier, which look past small shifts and changes of brightness. */
  static ImageSpace features(Classifier classifier) {
    return new ImageSpace() {
      @Override
      public String name() {
        return "features";
      }

      @Override
      public String detail() {
        return classifier.description();
      }

      @Override
      public Features read(float[] images, int count) {
        return classifier.read(images, count).features();
      }
    };
  }
}
