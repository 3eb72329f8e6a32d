package lanewise.perceptual;

import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Shape;

/**
 * What torchvision's classifiers expect: each channel of [0, 1] by ImageNet's mean and deviation.
 */
final class ImageNetInput implements AutoCloseable {
  private static final float[] MEAN = {0.485f, 0.456f, 0.406f};
  private static final float[] DEVIATION = {0.229f, 0.224f, 0.225f};
  private static final float LARGEST = 255;

  private final Variable mean;
  private final Variable scale;

  ImageNetInput(Backend backend) {
    float[] shift = new float[MEAN.length];
    float[] factor = new float[MEAN.length];
    for (int c = 0; c < MEAN.length; c++) {
      shift[c] = LARGEST * MEAN[c];
      factor[c] = 1 / (LARGEST * DEVIATION[c]);
    }
    mean = Constants.upload(backend, Shape.vector(MEAN.length), shift);
    scale = Constants.upload(backend, Shape.vector(MEAN.length), factor);
  }

  /** From [0, 255]. */
  Variable normalize(Variable images) {
    return Ops.mul(Ops.sub(images, mean), scale);
  }

  @Override
  public void close() {
    mean.tensor().close();
    scale.tensor().close();
  }
}
