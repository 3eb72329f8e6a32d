package lanewise.io;

import java.util.Arrays;
import java.util.Objects;

/**
 * One named tensor on its way to a file, row-major in its given shape.
 *
 * @param name the name in PyTorch's {@code state_dict}, such as {@code main.0.weight}
 * @param shape the sizes; empty for a scalar
 * @param data as many values as {@code shape} has elements; not copied
 */
public record TensorEntry(String name, long[] shape, float[] data) {
  public TensorEntry {
    Objects.requireNonNull(name, "name");
    long elements = 1;
    for (long size : shape) {
      if (size < 0) {
        throw new IllegalArgumentException(name + ": negative size in " + Arrays.toString(shape));
      }
      elements = Math.multiplyExact(elements, size);
    }
    if (elements != data.length) {
      throw new IllegalArgumentException(
          name + ": " + data.length + " values for shape " + Arrays.toString(shape));
    }
  }
}
