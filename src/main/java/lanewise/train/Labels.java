package lanewise.train;

import java.util.Arrays;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/** Classes of samples, as networks are told them. */
final class Labels {
  private Labels() {}

  /** Of {@code count} samples that are of all classes in turn, from sample {@code first} on. */
  static int[] inTurn(int first, int count, int classes) {
    int[] labels = new int[count];
    Arrays.setAll(labels, i -> (first + i) % classes);
    return labels;
  }

  /** A row for each label, with a 1 at its class, in memory of the innermost scope. */
  static Variable oneHot(Backend backend, int[] labels, int classes) {
    float[] rows = new float[labels.length * classes];
    fillOneHot(labels, classes, rows);
    Tensor tensor = backend.allocate(Shape.matrix(labels.length, classes));
    backend.upload(rows, tensor);
    return Variable.constant(backend, tensor);
  }

  /** The rows of {@link #oneHot}. */
  static void fillOneHot(int[] labels, int classes, float[] target) {
    Arrays.fill(target, 0);
    for (int i = 0; i < labels.length; i++) {
      target[i * classes + labels[i]] = 1;
    }
  }
}
