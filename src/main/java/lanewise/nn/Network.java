package lanewise.nn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import lanewise.autograd.Gradients;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.Unary;

/**
 * A module with memory on a backend: all parameters in one block, their gradients in a second of
 * the same layout, buffers in a third.
 */
public final class Network implements AutoCloseable {
  /** Parameters start on a cache line. */
  private static final int ALIGNMENT = 16;

  private final Backend backend;
  private final Module module;
  private final String name;
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final Map<String, Parameter> buffers = new LinkedHashMap<>();
  private final Map<Parameter, Module> layers = new LinkedHashMap<>();
  private final List<Variable> leaves;
  private final List<Tensor> leafGradients;
  private final Tensor values;
  private final Tensor gradients;
  private final Tensor remembered;

  /** {@link #Network(Backend, Module, String)} for who needs no name. */
  public Network(Backend backend, Module module) {
    this(backend, module, "network");
  }

  /**
   * Gives the module's parameters and buffers memory on {@code backend}; see {@link #initialize}.
   *
   * @param name for profiles: {@code generator}
   */
  public Network(Backend backend, Module module, String name) {
    this.backend = backend;
    this.module = module;
    this.name = name;
    module.visit(
        "",
        (prefix, layer) -> {
          layer.place(name, prefix);
          for (Parameter p : layer.parameters()) {
            parameters.put(Module.join(prefix, p.name()), p);
            layers.put(p, layer);
          }
          layer.buffers().forEach(p -> buffers.put(Module.join(prefix, p.name()), p));
        });
    values = block(parameters);
    gradients = block(parameters);
    remembered = block(buffers);
    place(parameters, values, gradients);
    place(buffers, remembered, null);
    leaves = parameters.values().stream().map(Parameter::variable).toList();
    leafGradients = parameters.values().stream().map(Parameter::gradient).toList();
    buffers.values().forEach(p -> draw(p, p.init(), new SplittableRandom(0)));
  }

  private Tensor block(Map<String, Parameter> arrays) {
    int size = arrays.values().stream().mapToInt(p -> aligned(p.shape().size())).sum();
    Tensor block = backend.allocate(Shape.vector(Math.max(size, ALIGNMENT)));
    backend.fill(block, 0);
    return block;
  }

  private void place(Map<String, Parameter> arrays, Tensor block, Tensor gradientBlock) {
    int at = 0;
    for (Parameter p : arrays.values()) {
      Tensor gradient = gradientBlock == null ? null : gradientBlock.part(at, p.shape());
      p.bind(backend, block.part(at, p.shape()), gradient);
      at += aligned(p.shape().size());
    }
  }

  private static int aligned(int size) {
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** Draws all parameters; the same seed gives the same bits on every backend. */
  public void initialize(Initialization initialization, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    layers.forEach((p, layer) -> draw(p, initialization.of(layer, p), random.split()));
  }

  private void draw(Parameter p, Init init, SplittableRandom random) {
    backend.upload(init.draw(p.shape().size(), random), p.tensor());
  }

  /** {@link Module#forward} without a condition. */
  public Variable forward(Variable x, Statistics statistics) {
    return forward(x, Pass.of(statistics));
  }

  /** {@link Module#forward}. */
  public Variable forward(Variable x, Pass pass) {
    String caller = backend.layer();
    backend.layer(module.path());
    Variable y = module.forward(x, pass);
    backend.layer(caller);
    return y;
  }

  /** {@link Module#describe}. */
  public GraphNode describe(GraphNode x, GraphNode condition) {
    return module.describe(x, condition);
  }

  /** See {@link Module#outputShape}. */
  public Shape outputShape(Shape x) {
    return module.outputShape(x);
  }

  /** Every layer with the shape of its output for an input {@code x}. */
  public List<LayerSummary> layers(Shape x) {
    List<LayerSummary> layers = new ArrayList<>();
    module.summarize("", x, layers::add);
    return layers;
  }

  public Backend backend() {
    return backend;
  }

  /** All parameters as one vector, with padding between them that is always 0. */
  public Tensor values() {
    return values;
  }

  /** The gradients, laid out as {@link #values}. */
  public Tensor gradients() {
    return gradients;
  }

  /** What it is, for people: {@code generator}. */
  public String name() {
    return name;
  }

  /** How many numbers are trained. */
  public int parameterCount() {
    return parameters.values().stream().mapToInt(p -> p.shape().size()).sum();
  }

  /** Sets the gradients to those of {@code loss}; parameters it does not depend on get 0. */
  public void backward(Variable loss) {
    Gradients.write(loss, leaves, leafGradients, false);
  }

  /** Sets the gradients of several networks to those of one loss, in one pass. */
  public static void backward(Variable loss, List<Network> networks) {
    Gradients.write(
        loss,
        networks.stream().flatMap(n -> n.leaves.stream()).toList(),
        networks.stream().flatMap(n -> n.leafGradients.stream()).toList(),
        false);
  }

  /** Adds those of {@code loss} to the gradients, as PyTorch's {@code backward} does. */
  public void accumulate(Variable loss) {
    Gradients.write(loss, leaves, leafGradients, true);
  }

  /**
   * Moves the parameters towards those of {@code other}, a network of the same layers, and takes
   * over its buffers: an exponential moving average of its weights.
   *
   * @param decay the share of the parameters that stays, 0 for a copy
   */
  public void average(Network other, double decay) {
    backend.map(new Unary.Affine((float) decay, 0), values, values);
    backend.accumulate((float) (1 - decay), other.values, values);
    backend.copy(other.remembered, remembered);
  }

  /** Parameters and buffers by the names, and in the order, of PyTorch's state dict. */
  public Map<String, Parameter> state() {
    Map<String, Parameter> state = new LinkedHashMap<>();
    module.visit(
        "",
        (prefix, layer) -> {
          layer.parameters().forEach(p -> state.put(Module.join(prefix, p.name()), p));
          layer.buffers().forEach(p -> state.put(Module.join(prefix, p.name()), p));
        });
    return state;
  }

  @Override
  public void close() {
    values.close();
    gradients.close();
    remembered.close();
  }
}
