package lanewise.train.translation;

import java.util.SplittableRandom;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/** Images of a step in a tensor that stays where it is as long as their shape stays. */
final class StepTensor implements AutoCloseable {
  private final Backend backend;

  /** Null before there are any. */
  private Tensor tensor;

  StepTensor(Backend backend) {
    this.backend = backend;
  }

  /** Makes room for images; those there were may be lost. */
  void fit(Shape shape) {
    if (tensor == null || !tensor.shape().equals(shape)) {
      close();
      tensor = backend.allocateActivation(shape);
    }
  }

  void upload(PairBatch.Images images) {
    fit(images.shape());
    backend.upload(images.values(), tensor);
  }

  /** Fills it with what a gradient penalty mixes real and fake images by, each from [0, 1). */
  void mixtures(int count, SplittableRandom random) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble();
    }
    upload(new PairBatch.Images(Shape.of(count, 1, 1, 1), values));
  }

  Variable variable() {
    return Variable.constant(backend, tensor);
  }

  Tensor tensor() {
    return tensor;
  }

  @Override
  public void close() {
    if (tensor != null) {
      tensor.close();
    }
  }
}
