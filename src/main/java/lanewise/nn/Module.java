package lanewise.nn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import lanewise.UserException;
import lanewise.autograd.Variable;
import lanewise.backend.Scope;
import lanewise.backend.Shape;

/**
 * A layer, or several: declares its parameters and computes its output.
 *
 * <p>What the gradients need is remembered by the variables of each call, never by the layer, so
 * that a network may be called many times before one backward pass.
 */
public abstract class Module {
  private final List<Parameter> parameters = new ArrayList<>();
  private final List<Parameter> buffers = new ArrayList<>();
  private final Map<String, Module> children;
  private String name = "";
  private String path = "";

  /** A layer without parts; see {@link #child}. */
  protected Module() {
    this(new LinkedHashMap<>());
  }

  /** A layer made of parts, by the names they have in the state dict. */
  Module(SequencedMap<String, Module> parts) {
    children = new LinkedHashMap<>(parts);
  }

  /**
   * Computes the layer.
   *
   * @param pass what holds for all layers alike
   */
  public abstract Variable forward(Variable x, Pass pass);

  /**
   * The shape of the output.
   *
   * @throws IllegalArgumentException if the layer cannot take {@code x}
   */
  public abstract Shape outputShape(Shape x);

  /**
   * Writes the layer down as what it computes when a trained network is used: with running
   * statistics, on {@code x} and the condition that {@link #forward} takes from its pass.
   *
   * @param condition null if the samples are not conditioned
   * @return the node whose result is the layer's
   * @throws UserException if there are no operations for it; names the layer
   */
  public GraphNode describe(GraphNode x, GraphNode condition) {
    throw new UserException(
        "%s (%s) has no form outside of Lanewise; export the weights alone, as safetensors"
            .formatted(name.isEmpty() ? "the network" : "the layer " + name, this));
  }

  /** An operation of this layer. */
  protected final GraphNode node(GraphOperation operation, GraphNode... inputs) {
    return new GraphNode(name, operation, List.of(inputs));
  }

  /** A parameter's or buffer's values; null of null. */
  final GraphOperation.Array array(Parameter p) {
    return p == null ? null : array(p.name(), p.dimensions(), p.variable());
  }

  /** The values that a weight has in a trained network. */
  final GraphOperation.Array array(Weight weight) {
    Parameter trained = weight.parameter();
    try (Scope _ = trained.variable().backend().scope()) {
      return array("weight", trained.dimensions(), weight.of(Pass.of(Statistics.RUNNING)));
    }
  }

  private GraphOperation.Array array(String own, long[] dimensions, Variable values) {
    float[] data = new float[values.shape().size()];
    values.backend().read(values.tensor(), data);
    return new GraphOperation.Array(join(name, own), dimensions, data);
  }

  /** Declares a trained parameter. */
  protected final Parameter parameter(String name, Shape shape, Init init, long... dimensions) {
    Parameter p = new Parameter(name, shape, init, dimensions);
    parameters.add(p);
    return p;
  }

  /** Declares an array that is remembered but not trained. */
  protected final Parameter buffer(String name, Shape shape, Init init, long... dimensions) {
    Parameter p = new Parameter(name, shape, init, dimensions);
    buffers.add(p);
    return p;
  }

  /** Adds a part under the name it has in the state dict. */
  protected final <M extends Module> M child(String name, M module) {
    children.put(name, module);
    return module;
  }

  /** This layer's own parameters, without its children's. */
  final List<Parameter> parameters() {
    return parameters;
  }

  /** This layer's own buffers, without its children's. */
  final List<Parameter> buffers() {
    return buffers;
  }

  /** Where this is in its network: {@code generator main.0}. */
  final String path() {
    return path;
  }

  /** Gives it its place: the network's name and its own in the state dict. */
  final void place(String network, String name) {
    this.name = name;
    path = network + " " + name;
  }

  /** Visits this module and all below it, with their full names ({@code main.0}). */
  final void visit(String name, BiConsumer<String, Module> visitor) {
    visitor.accept(name, this);
    children.forEach((key, child) -> child.visit(join(name, key), visitor));
  }

  /** The names and dimensions of the state dict, in its order. */
  public final SequencedMap<String, long[]> stateDimensions() {
    SequencedMap<String, long[]> dimensions = new LinkedHashMap<>();
    visit(
        "",
        (prefix, layer) -> {
          layer.parameters.forEach(p -> dimensions.put(join(prefix, p.name()), p.dimensions()));
          layer.buffers.forEach(p -> dimensions.put(join(prefix, p.name()), p.dimensions()));
        });
    return dimensions;
  }

  /**
   * Adds a line for each layer.
   *
   * @return the output's shape
   */
  Shape summarize(String name, Shape x, Consumer<LayerSummary> lines) {
    if (parameters.isEmpty() && children.size() == 1) {
      Map.Entry<String, Module> only = children.entrySet().iterator().next();
      only.getValue().summarize(join(name, only.getKey()), x, lines);
      return outputShape(x);
    }
    return summarizeAsOne(name, x, lines);
  }

  /** Adds one line for this layer and all below it. */
  final Shape summarizeAsOne(String name, Shape x, Consumer<LayerSummary> lines) {
    Shape output = outputShape(x);
    long[] count = {0};
    visit("", (_, layer) -> layer.parameters.forEach(p -> count[0] += p.shape().size()));
    lines.accept(new LayerSummary(name, toString(), output, count[0]));
    return output;
  }

  /** What the layer is, for a summary. */
  @Override
  public String toString() {
    return getClass().getSimpleName();
  }

  static String join(String prefix, String name) {
    return prefix.isEmpty() ? name : prefix + "." + name;
  }
}
