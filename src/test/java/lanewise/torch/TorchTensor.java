package lanewise.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import lanewise.backend.Shape;

/** A tensor as PyTorch computed it, in float64, in PyTorch's order. */
record TorchTensor(int[] shape, double[] data) {
  /**
   * A tensor that is smaller than this beside the other results of its case is what is left of
   * terms that cancel, so float cannot be held to its own size.
   */
  private static final double CANCELLED = 0.1;

  /** From {@code {"shape": [...], "data": [...]}}. */
  static TorchTensor of(Object json) {
    Map<?, ?> fields = (Map<?, ?>) json;
    double[] data = Json.doubles(fields.get("data"));
    return new TorchTensor(Json.ints(fields.get("shape")), data);
  }

  static Map<String, TorchTensor> byName(Object json) {
    return Json.mapped(json, TorchTensor::of);
  }

  static List<TorchTensor> list(Object json) {
    return ((List<?>) json).stream().map(TorchTensor::of).toList();
  }

  float[] floats() {
    float[] floats = new float[data.length];
    for (int i = 0; i < data.length; i++) {
      floats[i] = (float) data[i];
    }
    return floats;
  }

  /** The dimensions in a state dict. */
  long[] dimensions() {
    return Arrays.stream(shape).asLongStream().toArray();
  }

  /** An image batch, a matrix, a column of scalars, or a scalar. */
  Shape activation() {
    return switch (shape.length) {
      case 0 -> Shape.scalar();
      case 1 -> Shape.matrix(shape[0], 1);
      case 2 -> Shape.matrix(shape[0], shape[1]);
      case 4 -> Shape.of(shape[0], shape[1], shape[2], shape[3]);
      default -> throw new IllegalArgumentException("shape " + Arrays.toString(shape));
    };
  }

  /** The convolution filter that this is. */
  Shape filter() {
    return Shape.filter(shape[0], shape[1], shape[2], shape[3]);
  }

  /** A value for each channel, or for each sample and channel. */
  Shape perChannel() {
    return shape.length == 1 ? Shape.vector(shape[0]) : activation();
  }

  /** The largest magnitude of an element. */
  double scale() {
    return Arrays.stream(data).map(Math::abs).max().orElseThrow();
  }

  /**
   * Passes if all tensors agree.
   *
   * @param tolerance relative to the largest element of each tensor, which counts as no less than a
   *     tenth of the largest of all
   */
  static void assertNear(
      Map<String, TorchTensor> expected, Map<String, float[]> actual, double tolerance) {
    assertEquals(expected.keySet(), actual.keySet(), "results");
    double largest = expected.values().stream().mapToDouble(TorchTensor::scale).max().orElseThrow();
    expected.forEach(
        (name, tensor) -> {
          double scale = Math.max(tensor.scale(), CANCELLED * largest);
          tensor.assertWithin(name, actual.get(name), tolerance * scale);
        });
  }

  /** Passes if every element is within {@code allowed} of this. */
  void assertWithin(String what, float[] actual, double allowed) {
    assertEquals(data.length, actual.length, what + ": number of elements");
    for (int i = 0; i < data.length; i++) {
      double difference = Math.abs(actual[i] - data[i]);
      if (!(difference <= allowed)) {
        fail(
            "%s: element %d is %s, PyTorch has %s; they differ by %.2g, allowed are %.2g"
                .formatted(what, i, actual[i], data[i], difference, allowed));
      }
    }
  }
}
