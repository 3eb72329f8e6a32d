package lanewise.onnx;

import static lanewise.onnx.GraphWriter.fixed;
import static lanewise.onnx.GraphWriter.integer;
import static lanewise.onnx.GraphWriter.ints;
import static lanewise.onnx.GraphWriter.real;
import static lanewise.onnx.GraphWriter.symbolic;
import static lanewise.onnx.GraphWriter.text;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import lanewise.UserException;
import lanewise.backend.ConvSpec;
import lanewise.backend.NormScope;
import lanewise.backend.Padding;
import lanewise.backend.Shape;
import lanewise.nn.GraphNode;
import lanewise.nn.GraphOperation;
import lanewise.nn.GraphOperation.Array;

/** Writes each operation of a network as ONNX nodes; the one place that knows both. */
final class OperationWriter {
  /** The first opset whose GroupNormalization has a scale for each channel. */
  private static final int GROUP_NORMALIZATION = 21;

  private final int opset;
  private final GraphWriter graph;
  private final GraphNode result;
  private final String resultName;
  private final Map<GraphNode, Value> values = new IdentityHashMap<>();
  private final Map<String, String> shared = new HashMap<>();

  /**
   * What a node computes.
   *
   * @param vectors whether it is N x C and not N x C x H x W
   */
  private record Value(String name, boolean vectors) {}

  /**
   * A writer of the nodes that {@code result} depends on.
   *
   * @param resultName what {@code result} is to be called
   */
  OperationWriter(int opset, GraphWriter graph, GraphNode result, String resultName) {
    this.opset = opset;
    this.graph = graph;
    this.result = result;
    this.resultName = graph.unique(resultName);
  }

  /**
   * Writes all nodes.
   *
   * @return whether the result is vectors and not images
   * @throws UserException if there is no form for one of them
   */
  boolean write() {
    Value value = value(result);
    if (!value.name().equals(resultName)) {
      graph.node("Identity", resultName, List.of(value.name()));
    }
    return value.vectors();
  }

  private Value value(GraphNode node) {
    Value known = values.get(node);
    if (known == null) {
      known = write(node, node.inputs().stream().map(this::value).toList());
      values.put(node, known);
    }
    return known;
  }

  private Value write(GraphNode node, List<Value> inputs) {
    Value x = inputs.isEmpty() ? null : inputs.getFirst();
    return switch (node.operation()) {
      case GraphOperation.Input input -> input(input);
      case GraphOperation.Convolution(Array weight, Array bias, ConvSpec spec) ->
          weighted(node, "Conv", images(x), weight, bias, geometry(weight, spec));
      case GraphOperation.TransposedConvolution(
              Array weight,
              Array bias,
              ConvSpec spec,
              int outputPadding) ->
          weighted(
              node,
              "ConvTranspose",
              images(x),
              weight,
              bias,
              with(geometry(weight, spec), ints("output_padding", outputPadding, outputPadding)));
      case GraphOperation.Linear(Array weight, Array bias) ->
          weighted(node, "Gemm", vectors(x), weight, bias, List.of(integer("transB", 1)));
      case GraphOperation.Embedding(Array table) ->
          weighted(node, "MatMul", vectors(x), table, null, List.of());
      case GraphOperation.RunningNorm norm -> runningNorm(node, x, norm);
      case GraphOperation.Norm norm -> norm(node, x, norm);
      case GraphOperation.LeakyRelu(float slope) ->
          slope == 0
              ? last(node, "Relu", x.vectors(), List.of(x))
              : last(node, "LeakyRelu", x.vectors(), List.of(x), real("alpha", slope));
      case GraphOperation.Affine affine -> affine(node, x, affine);
      case GraphOperation.ReflectionPad(Padding padding) -> pad(node, images(x), padding);
      case GraphOperation.NearestUpsample(int factor) -> upsample(node, images(x), factor);
      case GraphOperation.AveragePool(int factor) ->
          last(
              node,
              "AveragePool",
              false,
              List.of(images(x)),
              ints("kernel_shape", factor, factor),
              ints("strides", factor, factor));
      case GraphOperation.Channels(int from, int count) -> channels(node, x, from, count);
      case GraphOperation.Simple simple -> simple(node, simple, inputs);
    };
  }

  private Value input(GraphOperation.Input input) {
    Shape shape = input.shape();
    List<Dimension> dimensions = new ArrayList<>(List.of(symbolic("batch"), fixed(shape.c())));
    if (input.anySize()) {
      dimensions.addAll(List.of(symbolic("height"), symbolic("width")));
    } else if (!shape.isMatrix()) {
      dimensions.addAll(List.of(fixed(shape.h()), fixed(shape.w())));
    }
    String name = graph.unique(input.name());
    graph.input(name, dimensions);
    return new Value(name, dimensions.size() == 2);
  }

  private Value simple(GraphNode node, GraphOperation.Simple operation, List<Value> inputs) {
    Value x = inputs.getFirst();
    return switch (operation) {
      case TANH -> last(node, "Tanh", x.vectors(), inputs);
      case SIGMOID -> last(node, "Sigmoid", x.vectors(), inputs);
      case SOFTPLUS -> last(node, "Softplus", x.vectors(), inputs);
      case ADD -> together(node, "Add", inputs);
      case MUL -> together(node, "Mul", inputs);
      case MAX -> together(node, "Max", inputs);
      case CONCAT -> together(node, "Concat", inputs, integer("axis", 1));
      case GLOBAL_AVERAGE -> {
        String means = part(node, "mean", "GlobalAveragePool", List.of(images(x).name()));
        yield last(node, "Flatten", true, List.of(new Value(means, false)), integer("axis", 1));
      }
      case GLOBAL_SUM ->
          last(
              node,
              "ReduceSum",
              true,
              List.of(images(x), new Value(shared("pixel_axes", 2, 3), false)),
              integer("keepdims", 0));
    };
  }

  /** A node that multiplies by trained values. */
  private Value weighted(
      GraphNode node,
      String operator,
      Value x,
      Array weight,
      Array bias,
      List<AttributeProto> attributes) {
    List<Value> inputs = new ArrayList<>(List.of(x, constant(weight)));
    if (bias != null) {
      inputs.add(constant(bias));
    }
    return last(node, operator, x.vectors(), inputs, attributes.toArray(AttributeProto[]::new));
  }

  private static List<AttributeProto> geometry(Array weight, ConvSpec spec) {
    long[] filter = weight.dimensions();
    return List.of(
        ints("kernel_shape", filter[2], filter[3]),
        ints("strides", spec.strideH(), spec.strideW()),
        ints("pads", spec.padH(), spec.padW(), spec.padH(), spec.padW()),
        ints("dilations", spec.dilationH(), spec.dilationW()),
        integer("group", spec.groups()));
  }

  private static List<AttributeProto> with(List<AttributeProto> some, AttributeProto more) {
    List<AttributeProto> all = new ArrayList<>(some);
    all.add(more);
    return all;
  }

  private Value runningNorm(GraphNode node, Value x, GraphOperation.RunningNorm norm) {
    int channels = norm.mean().values().length;
    List<Value> inputs =
        List.of(
            x,
            scale(norm.scale(), channels),
            shift(norm.shift(), channels),
            constant(norm.mean()),
            constant(norm.variance()));
    return last(node, "BatchNormalization", x.vectors(), inputs, real("epsilon", norm.eps()));
  }

  private Value norm(GraphNode node, Value x, GraphOperation.Norm norm) {
    return switch (norm.scope()) {
      case NormScope.Instance() ->
          last(
              node,
              "InstanceNormalization",
              false,
              List.of(
                  images(x),
                  scale(norm.scale(), norm.channels()),
                  shift(norm.shift(), norm.channels())),
              real("epsilon", norm.eps()));
      case NormScope.Layer() -> groupNorm(node, x, norm, 1);
      case NormScope.Group(int groups) -> groupNorm(node, x, norm, groups);
      case NormScope.Batch() ->
          throw new UserException(
              ("the layer %s normalises by the statistics of its batch and keeps no running"
                      + " averages, which ONNX has no form for")
                  .formatted(node.layer()));
    };
  }

  private Value groupNorm(GraphNode node, Value x, GraphOperation.Norm norm, int groups) {
    if (opset >= GROUP_NORMALIZATION) {
      List<Value> inputs =
          List.of(x, scale(norm.scale(), norm.channels()), shift(norm.shift(), norm.channels()));
      return last(
          node,
          "GroupNormalization",
          x.vectors(),
          inputs,
          integer("num_groups", groups),
          real("epsilon", norm.eps()));
    }
    // Instance norm of images whose planes are the groups.
    String planes =
        part(
            node,
            "groups",
            "Reshape",
            List.of(x.name(), shared("groups_" + groups, 0, groups, -1)));
    List<String> group = List.of(planes, scale(null, groups).name(), shift(null, groups).name());
    String normalised =
        part(node, "normalised", "InstanceNormalization", group, real("epsilon", norm.eps()));
    List<Value> back =
        List.of(
            new Value(normalised, false),
            new Value(part(node, "shape", "Shape", List.of(x.name())), true));
    if (norm.scale() == null) {
      return last(node, "Reshape", x.vectors(), back);
    }
    List<String> names = back.stream().map(Value::name).toList();
    String y = part(node, "images", "Reshape", names);
    Value scale = perChannel(norm.scale(), x.vectors());
    String scaled = part(node, "scaled", "Mul", List.of(y, scale.name()));
    Value shift = perChannel(norm.shift(), x.vectors());
    return last(node, "Add", x.vectors(), List.of(new Value(scaled, x.vectors()), shift));
  }

  private Value scale(Array scale, int channels) {
    return scale == null ? filled("ones_", channels, 1) : constant(scale);
  }

  private Value shift(Array shift, int channels) {
    return shift == null ? filled("zeros_", channels, 0) : constant(shift);
  }

  private Value filled(String prefix, int count, float value) {
    float[] data = new float[count];
    Arrays.fill(data, value);
    String name = prefix + count;
    return new Value(
        shared.computeIfAbsent(name, _ -> graph.constant(name, new long[] {count}, data)), true);
  }

  private Value affine(GraphNode node, Value x, GraphOperation.Affine affine) {
    String scaled =
        affine.scale() == 1
            ? x.name()
            : part(node, "scaled", "Mul", List.of(x.name(), scalar(node, "scale", affine.scale())));
    String shift = scalar(node, "shift", affine.shift());
    return last(
        node, "Add", x.vectors(), List.of(new Value(scaled, x.vectors()), new Value(shift, true)));
  }

  private String scalar(GraphNode node, String what, float value) {
    return graph.constant(below(node, what), new long[0], new float[] {value});
  }

  private Value pad(GraphNode node, Value x, Padding padding) {
    String pads =
        graph.constant(
            below(node, "pads"),
            0,
            0,
            padding.top(),
            padding.left(),
            0,
            0,
            padding.bottom(),
            padding.right());
    return last(node, "Pad", false, List.of(x, new Value(pads, true)), text("mode", "reflect"));
  }

  private Value upsample(GraphNode node, Value x, int factor) {
    String name = "scales_" + factor;
    String scales =
        shared.computeIfAbsent(
            name, _ -> graph.constant(name, new long[] {4}, new float[] {1, 1, factor, factor}));
    // The second input is only for cropping, which no layer asks for.
    List<Value> inputs = List.of(x, new Value("", true), new Value(scales, true));
    return last(
        node,
        "Resize",
        false,
        inputs,
        text("mode", "nearest"),
        text("coordinate_transformation_mode", "asymmetric"),
        text("nearest_mode", "floor"));
  }

  private Value channels(GraphNode node, Value x, int from, int count) {
    List<Value> inputs =
        List.of(
            x,
            new Value(graph.constant(below(node, "from"), from), true),
            new Value(graph.constant(below(node, "to"), (long) from + count), true),
            new Value(shared("channel_axis", 1), true));
    return last(node, "Slice", x.vectors(), inputs);
  }

  /** A node of several inputs, which are vectors or images; vectors apply to all pixels. */
  private Value together(
      GraphNode node, String operator, List<Value> inputs, AttributeProto... attributes) {
    boolean vectors = inputs.stream().allMatch(Value::vectors);
    List<Value> alike = vectors ? inputs : inputs.stream().map(this::images).toList();
    return last(node, operator, vectors, alike, attributes);
  }

  private Value images(Value x) {
    if (!x.vectors()) {
      return x;
    }
    List<String> inputs = List.of(x.name(), shared("pixel_axes", 2, 3));
    return new Value(graph.node("Unsqueeze", graph.unique(x.name() + "/image"), inputs), false);
  }

  private Value vectors(Value x) {
    if (x.vectors()) {
      return x;
    }
    String name = graph.unique(x.name() + "/flat");
    return new Value(graph.node("Flatten", name, List.of(x.name()), integer("axis", 1)), true);
  }

  private Value constant(Array array) {
    return constant(array, array.dimensions());
  }

  private Value perChannel(Array array, boolean vectors) {
    long channels = array.values().length;
    return constant(array, vectors ? new long[] {channels} : new long[] {channels, 1, 1});
  }

  private Value constant(Array array, long[] dimensions) {
    return new Value(graph.constant(array.name(), dimensions, array.values()), true);
  }

  /** A constant that several nodes use, by its name. */
  private String shared(String name, long... constant) {
    return shared.computeIfAbsent(name, _ -> graph.constant(name, constant));
  }

  /** A node on the way to an operation's result. */
  private String part(
      GraphNode node, String what, String operator, List<String> inputs, AttributeProto... more) {
    return graph.node(operator, graph.unique(below(node, what)), inputs, more);
  }

  /** The node that computes an operation's result. */
  private Value last(
      GraphNode node,
      String operator,
      boolean vectors,
      List<Value> inputs,
      AttributeProto... attributes) {
    String layer = node.layer().isEmpty() ? operator.toLowerCase(Locale.ROOT) : node.layer();
    String name = node == result ? resultName : graph.unique(layer);
    List<String> names = inputs.stream().map(Value::name).toList();
    return new Value(graph.node(operator, name, names, attributes), vectors);
  }

  private static String below(GraphNode node, String what) {
    return node.layer() + "/" + what;
  }
}
