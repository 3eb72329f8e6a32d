package lanewise.train.translation;

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
