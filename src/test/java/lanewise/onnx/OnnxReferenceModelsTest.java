package lanewise.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.io.Npy;
import lanewise.io.Safetensors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Networks that other people trained, as ONNX models, reproduce the results that were computed of
 * them in float64. The environment variable {@code LANEWISE_REFERENCE_MODELS} names their folder.
 */
class OnnxReferenceModelsTest {
  @TempDir private Path dir;

  /** One recorded result: the network's folder, its layers, and what {@code arch.json} says. */
  private record Recorded(Path folder, List<?> layers, Map<?, ?> fields) {
    String text(String field) {
      return (String) fields.get(field);
    }

    double floatError() {
      return ((Number) fields.get("torch_f32_vs_f64_max_abs")).doubleValue();
    }

    @Override
    public String toString() {
      return folder.getFileName() + " " + text("output");
    }
  }

  static List<Recorded> recorded() throws IOException {
    String place = System.getenv("LANEWISE_REFERENCE_MODELS");
    List<Recorded> all = new ArrayList<>();
    if (place == null) {
      return all;
    }
    try (Stream<Path> folders = Files.list(Path.of(place))) {
      for (Path folder : folders.filter(Files::isDirectory).sorted().toList()) {
        Map<String, Object> arch = JSON.std.mapFrom(Files.readString(folder.resolve("arch.json")));
        for (Object one : (List<?>) arch.get("cases")) {
          Map<?, ?> fields = (Map<?, ?>) one;
          if (fields.get("bn_mode").equals("running")) {
            all.add(new Recorded(folder, (List<?>) arch.get("layers"), fields));
          }
        }
      }
    }
    return all;
  }

  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("recorded")
  void areReproducedWithinTenTimesTheErrorOfFloats(Recorded one) {
    Npy.Array input = Npy.read(one.folder.resolve(one.text("input")));
    Npy.Array output = Npy.read(one.folder.resolve(one.text("output")));
    int[] dims = Arrays.stream(input.shape()).mapToInt(Math::toIntExact).toArray();
    HostTensor x = HostTensor.of(input.data(), dims);
    OnnxModel model = OnnxModel.read(OnnxRuntime.write(onnx(one, x).build(), dir));
    for (String name : List.of("scalar", "simd")) {
      try (Backend backend = Backends.open(name);
          OnnxSession session = model.open(backend)) {
        float[] y = session.run(Map.of("x", x)).get("y").floats();
        assertEquals(output.data().length, y.length);
        for (int i = 0; i < y.length; i++) {
          assertEquals(output.data()[i], y[i], 10 * one.floatError(), name);
        }
      }
    }
  }

  private static ModelBuilder onnx(Recorded one, HostTensor x) {
    try (Safetensors weights = Safetensors.open(one.folder.resolve("weights.safetensors"))) {
      ModelBuilder model = new ModelBuilder(13).input("x", x);
      weights
          .names()
          .forEach(
              name ->
                  model.constant(
                      name,
                      HostTensor.of(
                          weights.floats(name),
                          Arrays.stream(weights.shape(name))
                              .mapToInt(Math::toIntExact)
                              .toArray())));
      String last = "x";
      for (Object layer : one.layers) {
        last = add(model, (Map<?, ?>) layer, last);
      }
      return model.node("Identity", last, "y").output("y");
    }
  }

  /** Adds a layer; gives the name of its result. */
  private static String add(ModelBuilder model, Map<?, ?> layer, String x) {
    String y = "v" + model.nodes();
    switch ((String) layer.get("op")) {
      case "conv", "conv_same" -> convolution(model, "Conv", layer, x, y);
      case "convT", "convT_same" -> convolution(model, "ConvTranspose", layer, x, y);
      case "instance_norm" ->
          model.node(
              "InstanceNormalization",
              String.join(" ", x, text(layer, "gamma"), text(layer, "beta")),
              y,
              "epsilon",
              number(layer, "eps"));
      case "batch_norm" ->
          model.node(
              "BatchNormalization",
              String.join(
                  " ",
                  x,
                  text(layer, "gamma"),
                  text(layer, "beta"),
                  text(layer, "mean"),
                  text(layer, "var")),
              y,
              "epsilon",
              number(layer, "eps"));
      case "relu" -> model.node("Relu", x, y);
      case "tanh" -> model.node("Tanh", x, y);
      case "leaky_relu" -> model.node("LeakyRelu", x, y, "alpha", number(layer, "alpha"));
      case "maxpool" ->
          model.node(
              "MaxPool",
              x,
              y,
              "kernel_shape",
              both(layer, "k", 1),
              "strides",
              both(layer, "stride", 1));
      case "global_avg_pool" -> model.node("GlobalAveragePool", x, y);
      case "save" ->
          model.node("Identity", x, "saved-" + text(layer, "name")).node("Identity", x, y);
      case "add" -> model.node("Add", x + " saved-" + text(layer, "name"), y);
      case "scale_shift" ->
          model
              .floats(y + "-scale", number(layer, "scale"))
              .floats(y + "-shift", number(layer, "shift"))
              .node("Mul", x + " " + y + "-scale", y + "-scaled")
              .node("Add", y + "-scaled " + y + "-shift", y);
      case "clip" ->
          model
              .constant(y + "-min", HostTensor.of(new float[] {number(layer, "min")}))
              .constant(y + "-max", HostTensor.of(new float[] {number(layer, "max")}))
              .node("Clip", x + " " + y + "-min " + y + "-max", y);
      default -> throw new IllegalStateException("unknown layer " + layer);
    }
    return y;
  }

  private static void convolution(
      ModelBuilder model, String operation, Map<?, ?> layer, String x, String y) {
    String bias = layer.containsKey("b") ? " " + text(layer, "b") : "";
    String inputs = x + " " + text(layer, "w") + bias;
    int[] strides = both(layer, "stride", 1);
    if (text(layer, "op").endsWith("_same")) {
      model.node(operation, inputs, y, "strides", strides, "auto_pad", "SAME_UPPER");
    } else {
      int pad = both(layer, "pad", 0)[0];
      model.node(
          operation, inputs, y, "strides", strides, "pads", ModelBuilder.list(pad, pad, pad, pad));
    }
  }

  private static String text(Map<?, ?> layer, String field) {
    return (String) layer.get(field);
  }

  private static float number(Map<?, ?> layer, String field) {
    return ((Number) layer.get(field)).floatValue();
  }

  private static int[] both(Map<?, ?> layer, String field, int otherwise) {
    Number number = (Number) layer.get(field);
    int value = number == null ? otherwise : number.intValue();
    return new int[] {value, value};
  }
}
