package lanewise.perceptual;

import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/** Weights that nothing changes. */
final class Constants {
  private Constants() {}

  /** On {@code backend}, from PyTorch's order; the caller closes the tensor. */
  static Variable upload(Backend backend, Shape shape, float... values) {
    Tensor tensor = backend.allocate(shape);
    backend.upload(values, tensor);
    return Variable.constant(backend, tensor);
  }
}
