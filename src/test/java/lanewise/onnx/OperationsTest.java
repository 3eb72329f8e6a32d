package lanewise.onnx;

import static lanewise.onnx.ModelBuilder.list;
import static org.junit.jupiter.api.Named.named;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each operation in each of its forms computes what ONNX Runtime computes. */
class OperationsTest {
  @TempDir private Path folder;

  /** The engines that are held to ONNX Runtime. */
  List<String> backends() {
    return List.of("scalar", "simd");
  }

  @ParameterizedTest
  @MethodSource({
    "convolutions",
    "transposedConvolutions",
    "poolings",
    "normalizations",
    "activations",
    "arithmetic",
    "reductions",
    "matrices",
    "shapes",
    "parts",
    "pads",
    "resizes",
    "constants",
    "shapeArithmetic",
    "activationsBehindOthers"
  })
  void computesWhatOnnxRuntimeDoes(ModelBuilder model) {
    OnnxRuntime.assertSame(model, folder, backends(), 1e-5);
  }

  private static ModelBuilder model(int opset) {
    return new ModelBuilder(opset).output("y");
  }

  /** A node on an image of 2 x 6 x 9 x 11. */
  private static ModelBuilder onImage(int opset, String operation, Object... attributes) {
    return model(opset).input("x", 2, 6, 9, 11).node(operation, "x", "y", attributes);
  }

  // ---- convolutions

  static List<Named<ModelBuilder>> convolutions() {
    List<Named<ModelBuilder>> cases = new ArrayList<>();
    for (int opset : new int[] {7, 11, 22}) {
      cases.add(named("Conv, opset " + opset, conv(opset, "pads", list(1, 1, 1, 1))));
    }
    cases.add(named("Conv plain", conv(11)));
    cases.add(named("Conv asymmetric pads", conv(11, "pads", list(0, 2, 1, 3))));
    cases.add(
        named(
            "Conv strides and dilations",
            conv(11, "strides", list(2, 1), "dilations", list(1, 2), "pads", list(1, 2, 1, 2))));
    for (String auto : List.of("SAME_UPPER", "SAME_LOWER", "VALID")) {
      cases.add(named("Conv " + auto, conv(11, "auto_pad", auto, "strides", list(2, 2))));
    }
    cases.add(
        named(
            "Conv groups and bias",
            model(11)
                .input("x", 2, 6, 9, 11)
                .weight("w", 8, 3, 3, 3)
                .weight("b", 8)
                .node("Conv", "x w b", "y", "group", 2, "kernel_shape", list(3, 3))));
    cases.add(
        named(
            "Conv depthwise",
            model(11)
                .input("x", 1, 4, 9, 11)
                .weight("w", 4, 1, 3, 3)
                .node("Conv", "x w", "y", "group", 4, "pads", list(1, 1, 1, 1))));
    cases.add(
        named(
            "Conv of a weight that is computed",
            model(11)
                .input("x", 1, 3, 8, 8)
                .input("w", 4, 3, 3, 3)
                .node("Relu", "w", "positive")
                .node("Conv", "x positive", "y")));
    return cases;
  }

  private static ModelBuilder conv(int opset, Object... attributes) {
    return model(opset)
        .input("x", 2, 3, 9, 11)
        .weight("w", 5, 3, 3, 4)
        .node("Conv", "x w", "y", attributes);
  }

  static List<Named<ModelBuilder>> transposedConvolutions() {
    List<Named<ModelBuilder>> cases = new ArrayList<>();
    cases.add(named("ConvTranspose plain", convTranspose(7)));
    cases.add(
        named(
            "ConvTranspose of a GAN",
            convTranspose(11, "strides", list(2, 2), "pads", list(1, 1, 1, 1))));
    cases.add(
        named(
            "ConvTranspose output padding",
            convTranspose(
                11,
                "strides",
                list(2, 2),
                "pads",
                list(1, 1, 1, 1),
                "output_padding",
                list(1, 1))));
    cases.add(
        named(
            "ConvTranspose asymmetric pads",
            convTranspose(11, "strides", list(2, 2), "pads", list(0, 1, 2, 0))));
    cases.add(
        named(
            "ConvTranspose more padding at the beginning",
            convTranspose(
                22,
                "strides",
                list(2, 3),
                "pads",
                list(2, 2, 0, 1),
                "output_padding",
                list(1, 2))));
    cases.add(
        named(
            "ConvTranspose dilations and stride",
            convTranspose(11, "strides", list(2, 2), "dilations", list(2, 1))));
    cases.add(
        named(
            "ConvTranspose output_shape",
            convTranspose(11, "strides", list(2, 2), "output_shape", list(11, 14))));
    for (String auto : List.of("SAME_UPPER", "SAME_LOWER", "VALID")) {
      cases.add(
          named(
              "ConvTranspose " + auto, convTranspose(11, "auto_pad", auto, "strides", list(2, 2))));
    }
    cases.add(
        named(
            "ConvTranspose SAME_UPPER with output_shape",
            convTranspose(
                11, "auto_pad", "SAME_UPPER", "strides", list(2, 2), "output_shape", list(9, 13))));
    cases.add(
        named(
            "ConvTranspose groups and bias",
            model(11)
                .input("x", 2, 6, 5, 7)
                .weight("w", 6, 2, 4, 4)
                .weight("b", 4)
                .node(
                    "ConvTranspose",
                    "x w b",
                    "y",
                    "group",
                    2,
                    "strides",
                    list(2, 2),
                    "pads",
                    list(1, 1, 1, 1))));
    return cases;
  }

  private static ModelBuilder convTranspose(int opset, Object... attributes) {
    return model(opset)
        .input("x", 2, 3, 5, 7)
        .weight("w", 3, 5, 3, 4)
        .node("ConvTranspose", "x w", "y", attributes);
  }

  static List<Named<ModelBuilder>> poolings() {
    List<Named<ModelBuilder>> cases = new ArrayList<>();
    for (String pool : List.of("MaxPool", "AveragePool")) {
      for (int ceil = 0; ceil < 2; ceil++) {
        cases.add(
            named(
                pool + " ceil_mode " + ceil,
                onImage(
                    12,
                    pool,
                    "kernel_shape",
                    list(3, 2),
                    "strides",
                    list(2, 3),
                    "ceil_mode",
                    ceil)));
      }
      cases.add(
          named(
              pool + " pads",
              onImage(
                  12,
                  pool,
                  "kernel_shape",
                  list(3, 3),
                  "strides",
                  list(2, 2),
                  "pads",
                  list(1, 1, 1, 1))));
      cases.add(
          named(
              pool + " asymmetric pads",
              onImage(
                  12,
                  pool,
                  "kernel_shape",
                  list(3, 3),
                  "strides",
                  list(2, 2),
                  "pads",
                  list(0, 1, 2, 0))));
      for (String auto : List.of("SAME_UPPER", "SAME_LOWER", "VALID")) {
        cases.add(
            named(
                pool + " " + auto,
                onImage(
                    12,
                    pool,
                    "kernel_shape",
                    list(2, 3),
                    "strides",
                    list(2, 2),
                    "auto_pad",
                    auto)));
      }
      cases.add(named(pool + ", opset 7", onImage(7, pool, "kernel_shape", list(2, 2))));
    }
    cases.add(
        named(
            "AveragePool count_include_pad",
            onImage(
                22,
                "AveragePool",
                "kernel_shape",
                list(3, 3),
                "strides",
                list(2, 2),
                "pads",
                list(1, 1, 1, 1),
                "count_include_pad",
                1)));
    cases.add(named("GlobalAveragePool", onImage(9, "GlobalAveragePool")));
    cases.add(named("GlobalMaxPool", onImage(9, "GlobalMaxPool")));
    return cases;
  }

  // ---- normalisations

  static List<Named<ModelBuilder>> normalizations() {
    List<Named<ModelBuilder>> cases = new ArrayList<>();
    for (int opset : new int[] {7, 22}) {
      cases.add(
          named(
              "InstanceNormalization, opset " + opset,
              model(opset)
                  .input("x", 2, 6, 9, 11)
                  .weight("s", 6)
                  .weight("b", 6)
                  .node("InstanceNormalization", "x s b", "y", "epsilon", 1e-3f)));
    }
    cases.add(
        named(
            "InstanceNormalization of rank 3",
            model(11)
                .input("x", 2, 6, 40)
                .weight("s", 6)
                .weight("b", 6)
                .node("InstanceNormalization", "x s b", "y")));
    for (int opset : new int[] {7, 9, 15}) {
      cases.add(named("BatchNormalization, opset " + opset, batchNorm(opset, 2, 6, 9, 11)));
    }
    cases.add(named("BatchNormalization of rank 2", batchNorm(9, 4, 6)));
    cases.add(named("BatchNormalization of rank 3", batchNorm(9, 4, 6, 5)));
    cases.add(
        named(
            "GroupNormalization, opset 18: scales of groups",
            model(18)
                .input("x", 2, 6, 9, 11)
                .weight("s", 3)
                .weight("b", 3)
                .node("GroupNormalization", "x s b", "y", "num_groups", 3)));
    cases.add(
        named(
            "LpNormalization of zeros",
            model(11)
                .input("x", HostTensor.of(new float[] {3, 4, 0, 0, 1e-3f, 0}, 3, 2))
                .node("LpNormalization", "x", "y")));
    cases.add(
        named(
            "GroupNormalization, opset 21: scales of channels",
            model(21)
                .input("x", 2, 6, 9, 11)
                .weight("s", 6)
                .weight("b", 6)
                .node("GroupNormalization", "x s b", "y", "num_groups", 3)));
    for (int axis : new int[] {-1, 1, 2}) {
      cases.add(
          named(
              "LayerNormalization of images, axis " + axis,
              layerNorm(axis, new int[] {2, 6, 9, 11})));
    }
    cases.add(named("LayerNormalization of rank 3", layerNorm(-1, new int[] {2, 5, 24})));
    cases.add(named("LayerNormalization of a matrix", layerNorm(-1, new int[] {5, 24})));
    cases.add(
        named(
            "InstanceNormalization of single values",
            model(11)
                .input("x", 2, 6, 1, 1)
                .weight("s", 6)
                .weight("b", 6)
                .node("InstanceNormalization", "x s b", "y")));
    for (int p = 1; p <= 2; p++) {
      for (int axis : new int[] {-1, 1}) {
        cases.add(
            named(
                "LpNormalization, p %d, axis %d".formatted(p, axis),
                onImage(11, "LpNormalization", "p", p, "axis", axis)));
      }
    }
    cases.add(
        named(
            "Group norm as it was written before opset 18",
            model(11)
                .input("x", 2, 6, 9, 11)
                .ints("grouped", 0, 3, -1)
                .floats("ones", 1, 1, 1)
                .floats("zeros", 0, 0, 0)
                .weight("s", 6, 1, 1)
                .weight("b", 6, 1, 1)
                .node("Shape", "x", "shape")
                .node("Reshape", "x grouped", "a")
                .node("InstanceNormalization", "a ones zeros", "b1")
                .node("Reshape", "b1 shape", "c")
                .node("Mul", "c s", "d")
                .node("Add", "d b", "y")));
    cases.add(
        named(
            "Layer norm as it was written before opset 17",
            model(11)
                .input("x", 2, 5, 24)
                .floats("two", 2)
                .floats("eps", 1e-5f)
                .weight("s", 24)
                .node("ReduceMean", "x", "m", "axes", list(-1))
                .node("Sub", "x m", "d")
                .node("Pow", "d two", "d2")
                .node("ReduceMean", "d2", "v", "axes", list(-1))
                .node("Add", "v eps", "ve")
                .node("Sqrt", "ve", "sd")
                .node("Div", "d sd", "n")
                .node("Mul", "n s", "y")));
    return cases;
  }

  private static ModelBuilder batchNorm(int opset, int... dims) {
    return model(opset)
        .input("x", dims)
        .weight("s", 6)
        .weight("b", 6)
        .weight("m", 6)
        .positive("v", 6)
        .node("BatchNormalization", "x s b m v", "y", "epsilon", 1e-3f);
  }

  private static ModelBuilder layerNorm(int axis, int[] dims) {
    int from = axis < 0 ? dims.length + axis : axis;
    int[] normal = Arrays.copyOfRange(dims, from, dims.length);
    return model(17)
        .input("x", dims)
        .weight("s", normal)
        .weight("b", normal)
        .node("LayerNormalization", "x s b", "y", "axis", axis);
  }

  // ---- functions of one element

  static List<Named<ModelBuilder>> activations() {
    List<Named<ModelBuilder>> cases = new ArrayList<>();
    for (String plain :
        List.of(
            "Relu",
            "LeakyRelu",
            "Elu",
            "Selu",
            "Tanh",
            "Sigmoid",
            "HardSigmoid",
            "Softplus",
            "Exp",
            "Abs",
            "Neg",
            "Reciprocal")) {
      cases.add(named(plain, onImage(11, plain)));
    }
    cases.add(named("HardSwish", onImage(14, "HardSwish")));
    cases.add(named("LeakyRelu with its slope", onImage(16, "LeakyRelu", "alpha", 0.2f)));
    cases.add(named("Elu with its scale", onImage(22, "Elu", "alpha", 0.7f)));
    cases.add(named("Selu with its scales", onImage(22, "Selu", "alpha", 1.2f, "gamma", 0.9f)));
    cases.add(
        named(
            "Log and Sqrt",
            model(11)
                .input("x", 2, 6, 9, 11)
                .node("Abs", "x", "a")
                .node("Sqrt", "a", "b")
                .node("Log", "b", "y")));
    cases.add(named("Relu of rank 3", model(11).input("x", 2, 3, 4).node("Relu", "x", "y")));
    cases.add(named("Relu of a scalar", model(11).input("x").node("Relu", "x", "y")));
    cases.add(
        named("Relu of rank 6", model(11).input("x", 2, 3, 1, 2, 3, 2).node("Relu", "x", "y")));
    for (int[] slope : new int[][] {{6, 1, 1}, {1}, {1, 6, 1, 1}, {9, 11}}) {
      cases.add(
          named(
              "PRelu with slopes of " + Dims.text(slope),
              model(9).input("x", 2, 6, 9, 11).weight("s", slope).node("PRelu", "x s", "y")));
    }
    cases.add(named("Clip by attributes", onImage(7, "Clip", "min", -0.5f, "max", 0.7f)));
    cases.add(named("Clip by one attribute", onImage(7, "Clip", "min", -0.5f)));
    cases.add(
        named(
            "Clip by inputs",
            model(11)
                .input("x", 2, 6, 9, 11)
                .constant("low", HostTensor.of(new float[] {-0.5f}))
                .constant("high", HostTensor.of(new float[] {0.7f}))
                .node("Clip", "x low high", "y")));
    cases.add(
        named(
            "Clip by its upper bound",
            model(13)
                .input("x", 2, 6, 9, 11)
                .constant("high", HostTensor.of(new float[] {0.7f}))
                .node("Clip", "x - high", "y")));
    return cases;
  }

  // ---- arithmetic

  static List<Named<ModelBuilder>> arithmetic() {
    List<Named<ModelBuilder>> cases = new ArrayList<>();
    for (String operation : List.of("Add", "Sub", "Mul", "Div")) {
      cases.add(
          named(
              operation,
              model(7).input("a", 2, 6, 5, 7).input("b", 2, 6, 5, 7).node(operation, "a b", "y")));
      cases.add(
          named(
              operation + " with a number",
              model(13).input("a", 2, 6, 5, 7).floats("b", 1.7f).node(operation, "a b", "y")));
      cases.add(
          named(
              operation + " of a number",
              model(13).input("a", 2, 6, 5, 7).floats("b", 1.7f).node(operation, "b a", "y")));
    }
    int[][][] broadcasts = {
      {{2, 6, 5, 7}, {6, 1, 1}},
      {{2, 6, 5, 7}, {1, 6, 1, 1}},
      {{2, 6, 5, 7}, {5, 7}},
      {{2, 6, 5, 7}, {6, 5, 7}},
      {{2, 6, 5, 7}, {2, 1, 5, 7}},
      {{2, 6, 5, 7}, {2, 6, 1, 1}},
      {{2, 6, 5, 7}, {7}},
      {{2, 6, 1, 7}, {5, 1}},
      {{6, 1, 1}, {2, 6, 5, 7}},
      {{2, 5, 7}, {5, 1}},
      {{4, 1, 7}, {4, 5, 1}},
      {{2, 5, 7}, {7}},
      {{2, 5}, {2, 1}},
      {{5}, {4, 1}},
      {{2, 3, 2, 3, 4}, {3, 1, 3, 1}},
      {{1, 1, 1, 3, 4}, {2, 3, 4, 3, 4}},
      {{2, 3, 1, 2, 1, 3}, {3, 2, 1, 3, 1}},
      {{}, {2, 3}},
      {{1}, {}},
    };
    for (int[][] dims : broadcasts) {
      cases.add(
          named(
              "Sub, %s and %s".formatted(Dims.text(dims[0]), Dims.text(dims[1])),
              model(7).input("a", dims[0]).input("b", dims[1]).node("Sub", "a b", "y")));
    }
    for (String operation : List.of("Max", "Min", "Sum")) {
      cases.add(
          named(
              operation + " of three",
              model(13)
                  .input("a", 2, 6, 5, 7)
                  .input("b", 6, 1, 1)
                  .input("c", 1)
                  .node(operation, "a b c", "y")));
    }
    for (String operation : List.of("Max", "Min")) {
      ModelBuilder scaled =
          model(13)
              .input("a", 2, 6, 5, 7)
              .floats("large", 1e6f)
              .node("Mul", "a large", "b")
              .floats("one", 1e-3f);
      cases.add(
          named(
              operation + " of a large and a small number",
              scaled.node(operation, "b one", "m").node("Reciprocal", "m", "y")));
    }
    cases.add(
        named(
            "Max of a number and infinity",
            model(13)
                .input("a", 2, 6, 5, 7)
                .floats("none", Float.NEGATIVE_INFINITY)
                .node("Max", "a none", "y")));
    cases.add(
        named(
            "Max of a large and a small tensor",
            model(13)
                .input("a", 2, 6, 5, 7)
                .input("c", 2, 6, 5, 7)
                .floats("large", 1e9f)
                .node("Mul", "a large", "b")
                .node("Max", "b c", "m")
                .node("Tanh", "m", "y")));
    for (float exponent : new float[] {-1, 0.5f, 1, 2, 3}) {
      cases.add(
          named(
              "Pow " + exponent,
              model(13)
                  .input("x", 2, 6, 5, 7)
                  .floats("e", exponent)
                  .node("Abs", "x", "a")
                  .node("Pow", "a e", "y")));
    }
    return cases;
  }

  static List<Named<ModelBuilder>> reductions() {
    List<Named<ModelBuilder>> cases = new ArrayList<>();
    int[][] axes = {{2, 3}, {1}, {-1}, {0, 2}, {0, 1, 2, 3}, {0}};
    for (int[] over : axes) {
      for (int keeps = 0; keeps < 2; keeps++) {
        cases.add(
            named(
                "ReduceMean over %s, keepdims %d".formatted(Arrays.toString(over), keeps),
                onImage(11, "ReduceMean", "axes", over, "keepdims", keeps)));
      }
    }
    cases.add(named("ReduceMean of all", onImage(11, "ReduceMean")));
    cases.add(
        named(
            "ReduceMean by an input",
            model(18)
                .input("x", 2, 6, 9, 11)
                .ints("axes", 2, 3)
                .node("ReduceMean", "x axes", "y", "keepdims", 0)));
    cases.add(
        named(
            "ReduceSum by an input",
            model(13)
                .input("x", 2, 5, 4, 3, 2)
                .ints("axes", 1, -2)
                .node("ReduceSum", "x axes", "y")));
    cases.add(
        named(
            "ReduceSum of none",
            model(13)
                .input("x", 2, 5)
                .ints("none")
                .node("ReduceSum", "x none", "y", "noop_with_empty_axes", 1)));
    cases.add(named("ReduceSum, opset 11", onImage(11, "ReduceSum", "axes", list(1, 3))));
    return cases;
  }

  // ---- matrices

  static List<Named<ModelBuilder>> matrices() {
    List<Named<ModelBuilder>> cases = new ArrayList<>();
    for (int[] bias : new int[][] {{6}, {1, 6}, {4, 1}, {4, 6}, {1}}) {
      cases.add(
          named(
              "Gemm with a bias of " + Dims.text(bias),
              model(11)
                  .input("a", 4, 5)
                  .weight("b", 5, 6)
                  .weight("c", bias)
                  .node("Gemm", "a b c", "y")));
    }
    cases.add(
        named(
            "Gemm with all attributes",
            model(7)
                .input("a", 5, 4)
                .weight("b", 6, 5)
                .weight("c", 6)
                .node("Gemm", "a b c", "y", "transA", 1, "transB", 1, "alpha", 0.5f, "beta", 2f)));
    cases.add(
        named(
            "Gemm without a bias",
            model(13).input("a", 4, 5).weight("b", 5, 6).node("Gemm", "a b", "y")));
    int[][][] factors = {
      {{4, 5}, {5, 6}},
      {{3, 4, 5}, {5, 6}},
      {{2, 3, 4, 5}, {5, 6}},
      {{2, 3, 4, 5}, {2, 3, 5, 6}},
      {{3, 4, 5}, {3, 5, 6}},
      {{1, 4, 5}, {3, 5, 6}},
      {{5}, {5, 6}},
      {{4, 5}, {5}},
      {{5}, {5}},
      {{3, 4, 5}, {5}},
    };
    for (int[][] factor : factors) {
      cases.add(
          named(
              "MatMul, %s and %s".formatted(Dims.text(factor[0]), Dims.text(factor[1])),
              model(9).input("a", factor[0]).input("b", factor[1]).node("MatMul", "a b", "y")));
    }
    cases.add(
        named(
            "MatMul by a transposed weight",
            model(9)
                .input("a", 4, 5)
                .weight("w", 6, 5)
                .node("Transpose", "w", "b", "perm", list(1, 0))
                .node("MatMul", "a b", "y")));
    cases.add(named("Softmax of a matrix", model(11).input("x", 4, 10).node("Softmax", "x", "y")));
    cases.add(named("Softmax, opset 11, over the rest", onImage(11, "Softmax")));
    cases.add(named("Softmax over channels", onImage(13, "Softmax", "axis", 1)));
    cases.add(named("Softmax over the last axis", onImage(13, "Softmax")));
    cases.add(named("LogSoftmax", onImage(13, "LogSoftmax", "axis", 1)));
    return cases;
  }

  // ---- shapes

  static List<Named<ModelBuilder>> shapes() {
    List<Named<ModelBuilder>> cases = new ArrayList<>();
    long[][] targets = {
      {2, 6, 99},
      {2, -1},
      {0, 0, -1},
      {-1},
      {12, 9, 11},
      {2, 6, 11, 9},
      {6, 2, 9, 11},
      {1, 2, 2, 3, 9, 11},
      {2, 6, 3, 3, 11},
      {1, 12, 99}
    };
    for (long[] target : targets) {
      cases.add(
          named(
              "Reshape to " + Arrays.toString(target),
              model(5 + 6)
                  .input("x", 2, 6, 9, 11)
                  .ints("shape", target)
                  .node("Reshape", "x shape", "y")));
    }
    cases.add(
        named(
            "Reshape of rank 3 to an image",
            model(13)
                .input("x", 6, 9, 22)
                .ints("shape", 2, 6, 9, 11)
                .node("Reshape", "x shape", "y")));
    for (int axis : new int[] {0, 1, 2, 4, -1}) {
      cases.add(named("Flatten, axis " + axis, onImage(13, "Flatten", "axis", axis)));
    }
    int[][] orders = {
      {0, 2, 3, 1}, {0, 3, 1, 2}, {3, 2, 1, 0}, {1, 0, 2, 3}, {0, 1, 3, 2}, {0, 1, 2, 3}
    };
    for (int[] order : orders) {
      cases.add(
          named("Transpose to " + Arrays.toString(order), onImage(13, "Transpose", "perm", order)));
    }
    cases.add(named("Transpose", onImage(7, "Transpose")));
    cases.add(
        named(
            "Transpose of rank 3",
            model(13).input("x", 4, 5, 6).node("Transpose", "x", "y", "perm", list(2, 0, 1))));
    cases.add(
        named(
            "Channel shuffle",
            model(13)
                .input("x", 2, 6, 5, 7)
                .ints("apart", 2, 3, 2, 5, 7)
                .ints("together", 2, 6, 5, 7)
                .node("Reshape", "x apart", "a")
                .node("Transpose", "a", "b", "perm", list(0, 2, 1, 3, 4))
                .node("Reshape", "b together", "y")));
    cases.add(
        named(
            "Squeeze and Unsqueeze by attributes",
            model(11)
                .input("x", 2, 1, 5, 1)
                .node("Squeeze", "x", "a", "axes", list(1, -1))
                .node("Unsqueeze", "a", "y", "axes", list(0, 3))));
    cases.add(
        named(
            "Squeeze and Unsqueeze by inputs",
            model(13)
                .input("x", 2, 1, 5, 1)
                .ints("one", -1)
                .ints("two", 0, 4)
                .node("Squeeze", "x one", "a")
                .node("Unsqueeze", "a two", "y")));
    cases.add(named("Squeeze of all", model(13).input("x", 1, 4, 1, 5).node("Squeeze", "x", "y")));
    int[][][] expands = {
      {{6, 1, 1}, {2, 6, 3, 4}},
      {{2, 6, 1, 4}, {6, 3, 1}},
      {{3, 1}, {2, 3, 4}},
      {{}, {2, 3}},
      {{2, 1, 3, 1, 2}, {2, 2, 3, 3, 2}}
    };
    for (int[][] expand : expands) {
      cases.add(
          named(
              "Expand %s to %s".formatted(Dims.text(expand[0]), Dims.text(expand[1])),
              model(13)
                  .input("x", expand[0])
                  .ints("shape", Arrays.stream(expand[1]).asLongStream().toArray())
                  .node("Expand", "x shape", "y")));
    }
    cases.add(
        named(
            "DepthToSpace, opset 7",
            model(7).input("x", 2, 12, 4, 5).node("DepthToSpace", "x", "y", "blocksize", 2)));
    for (String mode : List.of("DCR", "CRD")) {
      cases.add(
          named(
              "DepthToSpace " + mode,
              model(11)
                  .input("x", 2, 12, 4, 5)
                  .node("DepthToSpace", "x", "y", "blocksize", 2, "mode", mode)));
    }
    cases.add(
        named(
            "SpaceToDepth",
            model(13).input("x", 2, 3, 4, 6).node("SpaceToDepth", "x", "y", "blocksize", 2)));
    return cases;
  }

  // ---- parts

  static List<Named<ModelBuilder>> parts() {
    List<Named<ModelBuilder>> cases = new ArrayList<>();
    int[] image = {2, 6, 5, 7};
    for (int axis = -1; axis < 4; axis++) {
      int[] other = image.clone();
      other[Math.floorMod(axis, 4)] += 3;
      cases.add(
          named(
              "Concat of images, axis " + axis,
              model(11)
                  .input("a", image)
                  .input("b", other)
                  .node("Concat", "a b a", "y", "axis", axis)));
    }
    cases.add(
        named(
            "Concat of rank 3",
            model(11)
                .input("a", 2, 3, 4)
                .weight("b", 2, 5, 4)
                .node("Concat", "a b", "y", "axis", 1)));
    cases.add(
        named(
            "Split into eight",
            model(11)
                .input("x", 2, 128, 3)
                .node(
                    "Split",
                    "x",
                    "a b c d e f g y",
                    "axis",
                    1,
                    "split",
                    list(16, 16, 16, 16, 16, 16, 16, 16))));
    cases.add(
        named(
            "Split by an attribute",
            model(11)
                .input("x", image)
                .node("Split", "x", "y z", "axis", 1, "split", list(2, 4))
                .output("z")));
    cases.add(
        named(
            "Split evenly",
            model(7).input("x", image).node("Split", "x", "y z", "axis", 0).output("z")));
    cases.add(
        named(
            "Split by an input",
            model(13)
                .input("x", image)
                .ints("parts", 1, 2, 4)
                .node("Split", "x parts", "y z w", "axis", 3)
                .output("z")
                .output("w")));
    cases.add(
        named(
            "Split unevenly by number",
            model(18)
                .input("x", image)
                .node("Split", "x", "y z w", "axis", -1, "num_outputs", 3)
                .output("z")
                .output("w")));
    cases.add(
        named(
            "Slice by attributes",
            onImage(
                9,
                "Slice",
                "starts",
                list(1, 2, -3),
                "ends",
                list(5, 100, -1),
                "axes",
                list(1, 2, 3))));
    cases.add(
        named("Slice without axes", onImage(9, "Slice", "starts", list(1, 2), "ends", list(2, 5))));
    long[][][] slices = {
      {{0, 1}, {9, 10}, {2, 3}, {2, 3}},
      {{-1, 5}, {Long.MIN_VALUE, 1}, {3, 1}, {-1, -2}},
      {{1}, {2}, {0}, {1}},
      {{2, 3}, {-1, Integer.MAX_VALUE}, {-2, -1}, {1, 1}},
    };
    for (long[][] slice : slices) {
      cases.add(
          named(
              "Slice from %s by %s".formatted(Arrays.toString(slice[0]), Arrays.toString(slice[3])),
              model(10)
                  .input("x", 2, 6, 9, 11)
                  .ints("starts", slice[0])
                  .ints("ends", slice[1])
                  .ints("axes", slice[2])
                  .ints("steps", slice[3])
                  .node("Slice", "x starts ends axes steps", "y")));
    }
    cases.add(
        named(
            "Slice of rank 3",
            model(13)
                .input("x", 4, 9, 5)
                .ints("starts", 8, 1)
                .ints("ends", 0, 3)
                .ints("axes", 1, 2)
                .ints("steps", -3, 1)
                .node("Slice", "x starts ends axes steps", "y")));
    cases.add(
        named(
            "Gather of one",
            model(11)
                .input("x", 2, 6, 5, 7)
                .constant("i", HostTensor.of(new long[] {-2}))
                .node("Gather", "x i", "y", "axis", 1)));
    cases.add(
        named(
            "Gather of several",
            model(13)
                .input("x", 2, 6, 5, 7)
                .constant("i", HostTensor.of(new long[] {2, 0, 1, 2}, 2, 2))
                .node("Gather", "x i", "y", "axis", 2)));
    return cases;
  }

  static List<Named<ModelBuilder>> pads() {
    List<Named<ModelBuilder>> cases = new ArrayList<>();
    for (String mode : List.of("constant", "reflect", "edge")) {
      cases.add(
          named(
              "Pad by an attribute, " + mode,
              onImage(7, "Pad", "mode", mode, "pads", list(0, 0, 1, 2, 0, 0, 3, 4))));
      cases.add(
          named(
              "Pad by an input, " + mode,
              model(11)
                  .input("x", 2, 6, 9, 11)
                  .ints("pads", 0, 0, 2, 1, 0, 0, 2, 3)
                  .node("Pad", "x pads", "y", "mode", mode)));
      cases.add(
          named(
              "Pad of all axes, " + mode,
              model(11)
                  .input("x", 2, 6, 9, 11)
                  .ints("pads", 1, 2, 0, 1, 0, 3, 2, 0)
                  .node("Pad", "x pads", "y", "mode", mode)));
      cases.add(
          named(
              "Pad of some axes, " + mode,
              model(18)
                  .input("x", 2, 6, 9, 11)
                  .ints("pads", 2, 1, 2, 0)
                  .ints("axes", 2, -1)
                  .node("Pad", "x pads - axes", "y", "mode", mode)));
    }
    cases.add(
        named(
            "Pad with a value by an attribute",
            onImage(7, "Pad", "value", 1.5f, "pads", list(0, 0, 1, 2, 0, 0, 3, 4))));
    cases.add(
        named(
            "Pad with a value, and cut off",
            model(11)
                .input("x", 2, 6, 9, 11)
                .ints("pads", 0, 1, -1, 1, 0, 0, 2, -3)
                .constant("v", HostTensor.of(new float[] {-2}))
                .node("Pad", "x pads v", "y")));
    cases.add(
        named(
            "Pad of rank 3",
            model(13)
                .input("x", 4, 6, 5)
                .ints("pads", 0, 2, 1, 0, 3, 1)
                .node("Pad", "x pads", "y", "mode", "reflect")));
    return cases;
  }

  // ---- resizing

  static List<Named<ModelBuilder>> resizes() {
    List<Named<ModelBuilder>> cases = new ArrayList<>();
    for (String mode : List.of("nearest", "linear")) {
      cases.add(
          named(
              "Upsample " + mode + " by an attribute",
              model(7)
                  .input("x", 2, 3, 5, 7)
                  .node("Upsample", "x", "y", "mode", mode, "scales", new float[] {1, 1, 2, 3})));
      cases.add(
          named(
              "Upsample " + mode + " by an input",
              model(9)
                  .input("x", 2, 3, 5, 7)
                  .floats("s", 1, 1, 2, 2)
                  .node("Upsample", "x s", "y", "mode", mode)));
      cases.add(
          named(
              "Resize " + mode + ", opset 10",
              model(10)
                  .input("x", 2, 3, 8, 7)
                  .floats("s", 1, 1, 0.5f, 2)
                  .node("Resize", "x s", "y", "mode", mode)));
    }
    String[] coordinates = {
      "half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "half_pixel_symmetric"
    };
    for (String mode : List.of("nearest", "linear", "cubic")) {
      for (String how : coordinates) {
        for (String target : List.of("scales", "sizes")) {
          int opset = how.equals("half_pixel_symmetric") ? 19 : 13;
          cases.add(
              named(
                  "Resize %s %s by %s".formatted(mode, how, target),
                  resize(opset, target, "mode", mode, "coordinate_transformation_mode", how)));
        }
      }
    }
    for (String rounding : List.of("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")) {
      cases.add(named("Resize nearest " + rounding, resize(11, "sizes", "nearest_mode", rounding)));
    }
    cases.add(
        named(
            "Resize cubic without what is outside",
            resize(11, "sizes", "mode", "cubic", "exclude_outside", 1, "cubic_coeff_a", -0.5f)));
    for (String mode : List.of("linear", "cubic")) {
      cases.add(
          named(
              "Resize " + mode + " with antialias",
              resize(18, "smaller", "mode", mode, "antialias", 1)));
    }
    for (String policy : List.of("not_larger", "not_smaller")) {
      cases.add(
          named(
              "Resize " + policy,
              model(18)
                  .input("x", 2, 3, 8, 6)
                  .ints("sizes", 16, 18)
                  .node(
                      "Resize",
                      "x - - sizes",
                      "y",
                      "axes",
                      list(2, 3),
                      "mode",
                      "linear",
                      "keep_aspect_ratio_policy",
                      policy)));
    }
    return cases;
  }

  private static ModelBuilder resize(int opset, String target, Object... attributes) {
    ModelBuilder model = model(opset).input("x", 2, 3, 8, 6).floats("roi").floats("none");
    return switch (target) {
      case "scales" ->
          model.floats("s", 1, 1, 1.6f, 0.7f).node("Resize", "x roi s", "y", attributes);
      case "sizes" -> model.ints("n", 2, 3, 13, 4).node("Resize", "x roi none n", "y", attributes);
      default -> model.ints("n", 2, 3, 3, 4).node("Resize", "x - - n", "y", attributes);
    };
  }

  // ---- constants and shapes

  static List<Named<ModelBuilder>> constants() {
    List<Named<ModelBuilder>> cases = new ArrayList<>();
    cases.add(
        named(
            "Constant",
            model(12)
                .input("x", 2, 3)
                .node("Constant", "", "a", "value", HostTensor.of(new float[] {1, 2, 3}, 3))
                .node("Constant", "", "b", "value_float", 0.5f)
                .node("Constant", "", "c", "value_floats", new float[] {4, 5, 6})
                .node("Add", "x a", "d")
                .node("Mul", "d b", "e")
                .node("Sub", "e c", "y")));
    cases.add(
        named(
            "Identity, Dropout and Cast",
            model(11)
                .input("x", 2, 3, 4, 5)
                .node("Identity", "x", "a")
                .node("Dropout", "a", "b", "ratio", 0.3f)
                .node("Cast", "b", "y", "to", 1)));
    cases.add(
        named(
            "Dropout by inputs",
            model(13)
                .input("x", 2, 3)
                .constant("r", HostTensor.of(new float[] {0.3f}))
                .node("Dropout", "x r", "y")));
    cases.add(
        named(
            "ConstantOfShape",
            model(11)
                .input("x", 2, 3, 4, 5)
                .node("Shape", "x", "s")
                .node("ConstantOfShape", "s", "c", "value", HostTensor.of(new float[] {2}, 1))
                .node("Add", "x c", "y")));
    return cases;
  }

  static List<Named<ModelBuilder>> shapeArithmetic() {
    List<Named<ModelBuilder>> cases = new ArrayList<>();
    cases.add(
        named(
            "Upsampling to twice the size, as PyTorch writes it",
            model(11)
                .input("x", 1, 3, 5, 7)
                .ints("start", 2)
                .ints("end", 4)
                .ints("first", 0)
                .floats("factor", 2)
                .floats("empty")
                .node("Shape", "x", "shape")
                .node("Slice", "shape start end first", "hw")
                .node("Slice", "shape first start first", "nc")
                .node("Cast", "hw", "f", "to", 1)
                .node("Mul", "f factor", "g")
                .node("Floor", "g", "h")
                .node("Cast", "h", "i", "to", 7)
                .node("Concat", "nc i", "sizes", "axis", 0)
                .node(
                    "Resize",
                    "x empty empty sizes",
                    "y",
                    "mode",
                    "nearest",
                    "coordinate_transformation_mode",
                    "asymmetric",
                    "nearest_mode",
                    "floor")));
    cases.add(
        named(
            "Padding to a multiple of 8",
            model(13)
                .input("x", 1, 3, 5, 13)
                .constant("two", HostTensor.of(new long[] {2}))
                .constant("three", HostTensor.of(new long[] {3}))
                .constant("eight", HostTensor.of(new long[] {8}))
                .ints("zero", 0)
                .ints("zeros", 0, 0, 0, 0, 0, 0)
                .node("Shape", "x", "shape")
                .node("Gather", "shape two", "h")
                .node("Gather", "shape three", "w")
                .node("Sub", "eight h", "toH")
                .node("Sub", "eight w", "toW")
                .node("Mod", "toH eight", "moreH")
                .node("Mod", "toW eight", "moreW")
                .node("Unsqueeze", "moreH zero", "padH")
                .node("Unsqueeze", "moreW zero", "padW")
                .node("Concat", "zeros padH padW", "pads", "axis", 0)
                .node("Pad", "x pads", "y")));
    cases.add(
        named(
            "Expanding to a shape with -1, as PyTorch writes it",
            model(11)
                .input("x", 2, 1, 1, 4)
                .ints("wanted", -1, 3, 5, -1)
                .ints("minusOne", -1)
                .ints("four", 4)
                .node("ConstantOfShape", "four", "ones", "value", HostTensor.of(new long[] {1}, 1))
                .node("Equal", "wanted minusOne", "isOpen")
                .node("Where", "isOpen ones wanted", "shape")
                .node("Expand", "x shape", "y")));
    for (String relation :
        List.of("Less", "Greater", "LessOrEqual", "GreaterOrEqual", "Equal", "And", "Or")) {
      boolean isLogical = relation.equals("And") || relation.equals("Or");
      int bool = 9;
      cases.add(
          named(
              relation + " and Not, chosen by Where",
              new ModelBuilder(13)
                  .input("x", 3, 4, 1, 2)
                  .ints("b", 3, 3, 0, 0)
                  .ints("one", 1)
                  .ints("two", 2)
                  .node("Shape", "x", "a")
                  .node("Cast", "a", "p", "to", isLogical ? bool : 7)
                  .node("Cast", "b", "q", "to", isLogical ? bool : 7)
                  .node(relation, "p q", "r")
                  .node("Not", "r", "n")
                  .node("Where", "r one two", "y")
                  .node("Where", "n one two", "z")
                  .integerOutput("y")
                  .integerOutput("z")));
    }
    cases.add(
        named(
            "Integers as outputs",
            new ModelBuilder(15)
                .input("x", 2, 3, 4, 5)
                .constant("zero", HostTensor.of(new long[] {0}))
                .constant("one", HostTensor.of(new long[] {1}))
                .node("Shape", "x", "a", "start", 1, "end", -1)
                .node("Size", "x", "n")
                .node("Range", "zero n one", "b")
                .node("Neg", "a", "c")
                .node("Div", "n one", "d")
                .integerOutput("a")
                .integerOutput("b")
                .integerOutput("c")
                .integerOutput("d")));
    return cases;
  }

  // ---- activations that the operation before them takes over, and such that it cannot

  static List<Named<ModelBuilder>> activationsBehindOthers() {
    List<Named<ModelBuilder>> cases = new ArrayList<>();
    for (String activation : List.of("Relu", "LeakyRelu")) {
      cases.add(
          named(
              "Conv and " + activation,
              model(13)
                  .input("x", 2, 3, 9, 11)
                  .weight("w", 5, 3, 3, 4)
                  .node("Conv", "x w", "c")
                  .node(activation, "c", "y")));
      cases.add(
          named(
              "Conv with a bias and " + activation,
              model(13)
                  .input("x", 2, 3, 9, 11)
                  .weight("w", 5, 3, 3, 4)
                  .weight("b", 5)
                  .node("Conv", "x w b", "c")
                  .node(activation, "c", "y")));
      cases.add(
          named(
              "InstanceNormalization and " + activation,
              model(13)
                  .input("x", 2, 6, 9, 11)
                  .weight("s", 6)
                  .weight("b", 6)
                  .node("InstanceNormalization", "x s b", "n")
                  .node(activation, "n", "y")));
      cases.add(
          named(
              "BatchNormalization and " + activation,
              batchNorm(13, 2, 6, 9, 11).node(activation, "y", "z").output("z")));
    }
    cases.add(
        named(
            "Relu beside another reader",
            model(13)
                .input("x", 2, 3, 9, 11)
                .weight("w", 5, 3, 3, 4)
                .node("Conv", "x w", "c")
                .node("Relu", "c", "r")
                .node("Sub", "r c", "y")));
    cases.add(
        named(
            "LeakyRelu with a negative slope",
            model(13)
                .input("x", 2, 3, 9, 11)
                .weight("w", 5, 3, 3, 4)
                .node("Conv", "x w", "c")
                .node("LeakyRelu", "c", "y", "alpha", -0.5f)));
    return cases;
  }
}
