package lanewise.autograd;

import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/** Softmax over the columns of N x C logits, composed of {@link Ops}; any order of derivative. */
public final class Softmax {
  private Softmax() {}

  /** {@code torch.nn.functional.log_softmax(logits, dim=1)}, without overflow. */
  public static Variable logSoftmax(Variable logits) {
    Variable shifted = Ops.sub(logits, largestOfRows(logits));
    Variable sum = Ops.sum(Ops.exp(shifted), Shape.matrix(logits.shape().n(), 1));
    return Ops.sub(shifted, Ops.log(sum));
  }

  /**
   * {@code torch.nn.functional.cross_entropy(logits, target)}: the mean over the rows.
   *
   * @param target N x C probabilities, 1 at the class of a row where it is known
   */
  public static Variable crossEntropy(Variable logits, Variable target) {
    Variable sum = Ops.sum(Ops.mul(logSoftmax(logits), target), Shape.scalar());
    return Ops.affine(sum, -1f / logits.shape().n(), 0);
  }

  /** Constants: whatever is subtracted from a row cancels, so it needs no gradient. */
  private static Variable largestOfRows(Variable logits) {
    Backend backend = logits.backend();
    Shape shape = logits.shape();
    if (!shape.isMatrix()) {
      throw new IllegalArgumentException("softmax: the logits are %s, not NxC".formatted(shape));
    }
    float[] values = new float[shape.size()];
    backend.read(logits.tensor(), values);
    float[] largest = new float[shape.n()];
    for (int row = 0; row < largest.length; row++) {
      largest[row] = Float.NEGATIVE_INFINITY;
      for (int i = row * shape.c(); i < (row + 1) * shape.c(); i++) {
        largest[row] = Math.max(largest[row], values[i]);
      }
    }
    Tensor tensor = backend.allocate(Shape.matrix(shape.n(), 1));
    backend.upload(largest, tensor);
    return Variable.constant(backend, tensor);
  }
}
