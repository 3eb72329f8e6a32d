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
import lanewise.backend.Interpolation;
import lanewise.backend.NormScope;
import lanewise.backend.PadMode;
import lanewise.backend.Padding;
import lanewise.backend.PoolSpec;
import lanewise.backend.Shape;
import lanewise.nn.GraphNode;
import lanewise.nn.GraphOperation;
import lanewise.nn.GraphOperation.Array;

/** Writes each operation of a network as ONNX nodes; the one place that knows both. */
final class OperationWriter {
  /** The first opset whose GroupNormalization has a scale for each channel. */
  private static final int GROUP_NORMALIZATION = 21;

  /** The first opset whose Resize can. */
  private static final int ANTIALIAS = 18;

  private final int opset;
  private final GraphWriter graph;
  private final GraphNode result;
  private final String resultName;
  private final Map<GraphNode, Computed> values = new IdentityHashMap<>();
  private final Map<String, String> shared = new HashMap<>();

  /**
   * What a node computes.
   *
   * @param vectors whether it is N x C and not N x C x H x W
   */
  private record Computed(String name, boolean vectors) {}

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
    Computed value = computed(result);
    if (!value.name().equals(resultName)) {
      graph.node("Identity", resultName, List.of(value.name()));
    }
    return value.vectors();
  }

  private Computed computed(GraphNode node) {
    Computed known = values.get(node);
    if (known == null) {
      known = write(node, node.inputs().stream().map(this::computed).toList());
      values.put(node, known);
    }
    return known;
  }

  private Computed write(GraphNode node, List<Computed> inputs) {
    Computed x = inputs.isEmpty() ? null : inputs.getFirst();
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
              ? pointwise(node, "Relu", x)
              : pointwise(node, "LeakyRelu", x, real("alpha", slope));
      case GraphOperation.Affine affine -> affine(node, x, affine);
      case GraphOperation.Prelu(Array slopes) ->
          last(node, "PRelu", x.vectors(), List.of(x.name(), perChannel(slopes, x.vectors())));
      case GraphOperation.Elu(float alpha) -> pointwise(node, "Elu", x, real("alpha", alpha));
      case GraphOperation.Clip(float low, float high) -> {
        String least = scalar(node, "low", low);
        String most = scalar(node, "high", high);
        yield last(node, "Clip", x.vectors(), List.of(x.name(), least, most));
      }
      case GraphOperation.Pad(Padding padding, PadMode mode) -> pad(node, images(x), padding, mode);
      case GraphOperation.Resize(double factor, Interpolation interpolation) ->
          resize(node, images(x), (float) factor, interpolation);
      case GraphOperation.AveragePool(PoolSpec windows, boolean countPadding) ->
          last(
              node,
              "AveragePool",
              false,
              List.of(images(x).name()),
              with(geometry(node, windows), integer("count_include_pad", countPadding ? 1 : 0)));
      case GraphOperation.MaxPool(PoolSpec windows) ->
          last(node, "MaxPool", false, List.of(images(x).name()), geometry(node, windows));
      case GraphOperation.Channels(int from, int count) -> channels(node, x, from, count);
      case GraphOperation.Simple simple -> simple(node, simple, inputs);
    };
  }

  private Computed input(GraphOperation.Input input) {
    Shape shape = input.shape();
    List<Dimension> dimensions = new ArrayList<>(List.of(symbolic("batch"), fixed(shape.c())));
    if (input.anySize()) {
      dimensions.addAll(List.of(symbolic("height"), symbolic("width")));
    } else if (!shape.isMatrix()) {
      dimensions.addAll(List.of(fixed(shape.h()), fixed(shape.w())));
    }
    String name = graph.unique(input.name());
    graph.input(name, dimensions);
    return new Computed(name, dimensions.size() == 2);
  }

  private Computed simple(GraphNode node, GraphOperation.Simple operation, List<Computed> inputs) {
    Computed x = inputs.getFirst();
    return switch (operation) {
      case TANH -> pointwise(node, "Tanh", x);
      case SIGMOID -> pointwise(node, "Sigmoid", x);
      case SOFTPLUS -> pointwise(node, "Softplus", x);
      case SELU -> pointwise(node, "Selu", x);
      case HARD_SIGMOID ->
          pointwise(node, "HardSigmoid", x, real("alpha", 1f / 6), real("beta", 0.5f));
      case ADD -> together(node, "Add", inputs);
      case MUL -> together(node, "Mul", inputs);
      case MAX -> together(node, "Max", inputs);
      case CONCAT -> together(node, "Concat", inputs, integer("axis", 1));
      case GLOBAL_AVERAGE -> {
        String means = part(node, "mean", "GlobalAveragePool", List.of(images(x).name()));
        yield last(node, "Flatten", true, List.of(means), integer("axis", 1));
      }
      case GLOBAL_SUM ->
          last(
              node,
              "ReduceSum",
              true,
              List.of(images(x).name(), shared("pixel_axes", 2, 3)),
              integer("keepdims", 0));
    };
  }

  /** A node that multiplies by trained values. */
  private Computed weighted(
      GraphNode node,
      String operator,
      Computed x,
      Array weight,
      Array bias,
      List<AttributeProto> attributes) {
    List<String> inputs = new ArrayList<>(List.of(x.name(), constant(weight)));
    if (bias != null) {
      inputs.add(constant(bias));
    }
    return last(node, operator, x.vectors(), inputs, attributes);
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

  private static List<AttributeProto> geometry(GraphNode node, PoolSpec windows) {
    PoolSpec.Side rows = windows.rows();
    PoolSpec.Side columns = windows.columns();
    if (rows.ceil() != columns.ceil()) {
      throw new UserException(
          "the layer %s rounds its rows and its columns in two ways, which ONNX has no form for"
              .formatted(node.layer()));
    }
    return List.of(
        ints("kernel_shape", rows.kernel(), columns.kernel()),
        ints("strides", rows.stride(), columns.stride()),
        ints("pads", rows.before(), columns.before(), rows.after(), columns.after()),
        integer("ceil_mode", rows.ceil() ? 1 : 0));
  }

  private static List<AttributeProto> with(List<AttributeProto> some, AttributeProto more) {
    List<AttributeProto> all = new ArrayList<>(some);
    all.add(more);
    return all;
  }

  private Computed runningNorm(GraphNode node, Computed x, GraphOperation.RunningNorm norm) {
    int channels = norm.mean().values().length;
    List<String> inputs =
        List.of(
            x.name(),
            scale(norm.scale(), channels),
            shift(norm.shift(), channels),
            constant(norm.mean()),
            constant(norm.variance()));
    return last(node, "BatchNormalization", x.vectors(), inputs, real("epsilon", norm.eps()));
  }

  private Computed norm(GraphNode node, Computed x, GraphOperation.Norm norm) {
    return switch (norm.scope()) {
      case NormScope.Instance() ->
          last(
              node,
              "InstanceNormalization",
              false,
              List.of(
                  images(x).name(),
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

  private Computed groupNorm(GraphNode node, Computed x, GraphOperation.Norm norm, int groups) {
    if (opset >= GROUP_NORMALIZATION) {
      List<String> inputs =
          List.of(
              x.name(), scale(norm.scale(), norm.channels()), shift(norm.shift(), norm.channels()));
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
    List<String> group = List.of(planes, scale(null, groups), shift(null, groups));
    String normalised =
        part(node, "normalised", "InstanceNormalization", group, real("epsilon", norm.eps()));
    List<String> back = List.of(normalised, part(node, "shape", "Shape", List.of(x.name())));
    if (norm.scale() == null) {
      return last(node, "Reshape", x.vectors(), back);
    }
    String y = part(node, "images", "Reshape", back);
    String scale = perChannel(norm.scale(), x.vectors());
    String scaled = part(node, "scaled", "Mul", List.of(y, scale));
    String shift = perChannel(norm.shift(), x.vectors());
    return last(node, "Add", x.vectors(), List.of(scaled, shift));
  }

  private String scale(Array scale, int channels) {
    return scale == null ? filled("ones_", channels, 1) : constant(scale);
  }

  private String shift(Array shift, int channels) {
    return shift == null ? filled("zeros_", channels, 0) : constant(shift);
  }

  private String filled(String prefix, int count, float value) {
    float[] data = new float[count];
    Arrays.fill(data, value);
    String name = prefix + count;
    return shared.computeIfAbsent(name, _ -> graph.constant(name, new long[] {count}, data));
  }

  private Computed affine(GraphNode node, Computed x, GraphOperation.Affine affine) {
    String shift = scalar(node, "shift", affine.shift());
    if (affine.scale() == 1) {
      return last(node, "Add", x.vectors(), List.of(x.name(), shift));
    }
    String scale = scalar(node, "scale", affine.scale());
    String scaled = part(node, "scaled", "Mul", List.of(x.name(), scale));
    return last(node, "Add", x.vectors(), List.of(scaled, shift));
  }

  private String scalar(GraphNode node, String what, float value) {
    return graph.constant(below(node, what), new long[0], new float[] {value});
  }

  private Computed pad(GraphNode node, Computed x, Padding padding, PadMode mode) {
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
    String name =
        switch (mode) {
          case ZERO -> "constant";
          case EDGE -> "edge";
          case REFLECT -> "reflect";
        };
    return last(node, "Pad", false, List.of(x.name(), pads), text("mode", name));
  }

  private Computed resize(GraphNode node, Computed x, float factor, Interpolation interpolation) {
    String scales =
        graph.constant(below(node, "scales"), new long[] {4}, new float[] {1, 1, factor, factor});
    // The second input is only for cropping, which no layer asks for.
    List<String> inputs = List.of(x.name(), "", scales);
    return last(node, "Resize", false, inputs, interpolation(node, interpolation));
  }

  private List<AttributeProto> interpolation(GraphNode node, Interpolation interpolation) {
    return switch (interpolation) {
      case Interpolation.Nearest(var coordinates, var rounding) ->
          List.of(text("mode", "nearest"), places(coordinates), named("nearest_mode", rounding));
      case Interpolation.Linear(var coordinates, var border, boolean antialias) ->
          antialiased(
              node,
              antialias,
              List.of(text("mode", "linear"), places(coordinates), outside(border)));
      case Interpolation.Cubic(double a, var coordinates, var border, boolean antialias) ->
          antialiased(
              node,
              antialias,
              List.of(
                  text("mode", "cubic"),
                  places(coordinates),
                  outside(border),
                  real("cubic_coeff_a", (float) a)));
    };
  }

  private static AttributeProto places(Interpolation.Coordinates coordinates) {
    return named("coordinate_transformation_mode", coordinates);
  }

  private static AttributeProto outside(Interpolation.Border border) {
    return integer("exclude_outside", border == Interpolation.Border.EXCLUDE ? 1 : 0);
  }

  /** ONNX has the same names in lower case. */
  private static AttributeProto named(String attribute, Enum<?> value) {
    return text(attribute, value.name().toLowerCase(Locale.ROOT));
  }

  private List<AttributeProto> antialiased(
      GraphNode node, boolean antialias, List<AttributeProto> attributes) {
    if (!antialias) {
      return attributes;
    }
    if (opset < ANTIALIAS) {
      throw new UserException(
          "the layer %s resizes with antialiasing, which ONNX has from opset %d on; give --opset %d"
              .formatted(node.layer(), ANTIALIAS, ANTIALIAS));
    }
    return with(attributes, integer("antialias", 1));
  }

  private Computed channels(GraphNode node, Computed x, int from, int count) {
    String first = graph.constant(below(node, "from"), from);
    String end = graph.constant(below(node, "to"), (long) from + count);
    List<String> inputs = List.of(x.name(), first, end, shared("channel_axis", 1));
    return last(node, "Slice", x.vectors(), inputs);
  }

  private Computed pointwise(
      GraphNode node, String operator, Computed x, AttributeProto... attributes) {
    return last(node, operator, x.vectors(), List.of(x.name()), attributes);
  }

  /** A node of several inputs, which are vectors or images; vectors apply to all pixels. */
  private Computed together(
      GraphNode node, String operator, List<Computed> inputs, AttributeProto... attributes) {
    boolean vectors = inputs.stream().allMatch(Computed::vectors);
    List<String> alike = inputs.stream().map(x -> vectors ? x.name() : images(x).name()).toList();
    return last(node, operator, vectors, alike, attributes);
  }

  private Computed images(Computed x) {
    if (!x.vectors()) {
      return x;
    }
    List<String> inputs = List.of(x.name(), shared("pixel_axes", 2, 3));
    return new Computed(graph.node("Unsqueeze", graph.unique(x.name() + "/image"), inputs), false);
  }

  private Computed vectors(Computed x) {
    if (x.vectors()) {
      return x;
    }
    String name = graph.unique(x.name() + "/flat");
    return new Computed(graph.node("Flatten", name, List.of(x.name()), integer("axis", 1)), true);
  }

  private String constant(Array array) {
    return graph.constant(array.name(), array.dimensions(), array.values());
  }

  /** Values for channels in a shape that broadcasts. */
  private String perChannel(Array array, boolean vectors) {
    long channels = array.values().length;
    long[] dimensions = vectors ? new long[] {channels} : new long[] {channels, 1, 1};
    return graph.constant(array.name(), dimensions, array.values());
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
  private Computed last(
      GraphNode node,
      String operator,
      boolean vectors,
      List<String> inputs,
      AttributeProto... attributes) {
    String layer = node.layer().isEmpty() ? operator.toLowerCase(Locale.ROOT) : node.layer();
    String name = node == result ? resultName : graph.unique(layer);
    return new Computed(graph.node(operator, name, inputs, attributes), vectors);
  }

  private Computed last(
      GraphNode node,
      String operator,
      boolean vectors,
      List<String> inputs,
      List<AttributeProto> attributes) {
    return last(node, operator, vectors, inputs, attributes.toArray(AttributeProto[]::new));
  }

  private static String below(GraphNode node, String what) {
    return node.layer() + "/" + what;
  }
}
