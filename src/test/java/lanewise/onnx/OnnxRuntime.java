package lanewise.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.onnx.HostTensor.Kind;

/** What ONNX Runtime computes, and whether Lanewise computes the same. */
final class OnnxRuntime {
  private OnnxRuntime() {}

  /** Runs a model. */
  static Map<String, HostTensor> run(ModelProto model, Map<String, HostTensor> inputs) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    Map<String, OnnxTensor> given = new HashMap<>();
    try (OrtSession session = environment.createSession(model.toByteArray())) {
      for (Map.Entry<String, HostTensor> input : inputs.entrySet()) {
        given.put(input.getKey(), tensor(environment, input.getValue()));
      }
      try (OrtSession.Result results = session.run(given)) {
        Map<String, HostTensor> outputs = new LinkedHashMap<>();
        for (Map.Entry<String, ai.onnxruntime.OnnxValue> result : results) {
          outputs.put(result.getKey(), read((OnnxTensor) result.getValue()));
        }
        return outputs;
      }
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    } finally {
      given.values().forEach(OnnxTensor::close);
    }
  }

  private static OnnxTensor tensor(OrtEnvironment environment, HostTensor value)
      throws OrtException {
    long[] shape = Arrays.stream(value.dims()).mapToLong(Long::valueOf).toArray();
    return value.kind() == Kind.FLOAT
        ? OnnxTensor.createTensor(environment, FloatBuffer.wrap(value.floats()), shape)
        : OnnxTensor.createTensor(environment, LongBuffer.wrap(value.integers()), shape);
  }

  private static HostTensor read(OnnxTensor tensor) {
    TensorInfo info = tensor.getInfo();
    int[] dims = Arrays.stream(info.getShape()).mapToInt(Math::toIntExact).toArray();
    FloatBuffer floats = tensor.getFloatBuffer();
    if (floats != null) {
      float[] elements = new float[floats.remaining()];
      floats.get(elements);
      return HostTensor.of(elements, dims);
    }
    LongBuffer longs = tensor.getLongBuffer();
    long[] elements = new long[longs.remaining()];
    longs.get(elements);
    return HostTensor.of(elements, dims);
  }

  /**
   * Holds engines to ONNX Runtime.
   *
   * @param backends their names
   * @param tolerance of an element, relative to the largest one or 1
   */
  static void assertSame(
      ModelBuilder builder, Path folder, List<String> backends, double tolerance) {
    ModelProto model = builder.build();
    Map<String, HostTensor> expected = run(model, builder.inputs());
    OnnxModel read = OnnxModel.read(write(model, folder));
    for (String name : backends) {
      try (Backend backend = Backends.open(name);
          OnnxSession session = read.open(backend)) {
        Map<String, HostTensor> actual = session.run(builder.inputs());
        assertEquals(List.copyOf(expected.keySet()), List.copyOf(actual.keySet()));
        expected.forEach(
            (key, value) -> assertClose(value, actual.get(key), tolerance, name + ", " + builder));
      }
    }
  }

  static Path write(ModelProto model, Path folder) {
    try {
      return Files.write(folder.resolve("model.onnx"), model.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void assertClose(HostTensor expected, HostTensor actual, double tolerance, String what) {
    assertArrayEquals(expected.dims(), actual.dims(), what);
    assertEquals(expected.kind() == Kind.FLOAT, actual.kind() == Kind.FLOAT, what);
    double largest = 1;
    for (int i = 0; i < expected.size(); i++) {
      double size = Math.abs(expected.at(i));
      largest = Double.isFinite(size) ? Math.max(largest, size) : largest;
    }
    for (int i = 0; i < expected.size(); i++) {
      int at = i;
      if (expected.at(i) != actual.at(i)) {
        assertEquals(
            expected.at(i), actual.at(i), tolerance * largest, () -> what + " at element " + at);
      }
    }
  }
}
