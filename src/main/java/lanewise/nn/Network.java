package lanewise.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import lanewise.UserException;
import lanewise.autograd.Gradients;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.io.TensorEntry;

/**
 * A module with memory on a backend: all parameters in one block, their gradients in a second of
 * the same layout, buffers in a third.
 */
public final class Network implements AutoCloseable {
  /** Parameters start on a cache line. */
  private static final int ALIGNMENT = 16;

  private final Backend backend;
  private final Module module;
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final Map<String, Parameter> buffers = new LinkedHashMap<>();
  private final Map<Parameter, Module> layers = new LinkedHashMap<>();
  private final Tensor values;
  private final Tensor gradients;
  private final Tensor remembered;

  /** Gives the module's parameters and buffers memory on {@code backend}; see {@link #initialize}. */
  public Network(Backend backend, Module module) {
    this.backend = backend;
    this.module = module;
    module.visit(
        "",
        (prefix, layer) -> {
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

  public Variable forward(Variable x, Statistics statistics) {
    return module.forward(x, statistics);
  }

  /** See {@link Module#outputShape}. */
  public Shape outputShape(Shape x) {
    return module.outputShape(x);
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

  /** The parameters by their names in the state dict: {@code main.0.weight}. */
  public Map<String, Parameter> parameters() {
    return Map.copyOf(parameters);
  }

  /** How many numbers are trained. */
  public int parameterCount() {
    return parameters.values().stream().mapToInt(p -> p.shape().size()).sum();
  }

  /** Sets the gradients to those of {@code loss}; parameters it does not depend on get 0. */
  public void backward(Variable loss) {
    List<Parameter> all = List.copyOf(parameters.values());
    List<Variable> results =
        Gradients.of(loss, all.stream().map(Parameter::variable).toList(), false);
    for (int i = 0; i < all.size(); i++) {
      backend.copy(results.get(i).tensor(), all.get(i).gradient());
    }
  }

  /** Parameters and buffers by PyTorch's names, in PyTorch's layouts. */
  public List<TensorEntry> stateDict() {
    List<TensorEntry> entries = new ArrayList<>();
    state()
        .forEach(
            (name, p) -> {
              float[] data = new float[p.shape().size()];
              backend.read(p.tensor(), data);
              entries.add(new TensorEntry(name, p.dimensions(), data));
            });
    return entries;
  }

  /**
   * Sets all parameters and buffers, as PyTorch's {@code load_state_dict(strict=True)}; {@code
   * num_batches_tracked} alone may be missing.
   *
   * @param source where the entries come from, for messages
   * @throws UserException if names or dimensions differ; nothing is changed then
   */
  public void loadStateDict(List<TensorEntry> entries, String source) {
    Map<String, Parameter> state = state();
    Map<String, TensorEntry> given = new LinkedHashMap<>();
    entries.forEach(e -> given.put(e.name(), e));
    TreeSet<String> missing = new TreeSet<>(state.keySet());
    missing.removeAll(given.keySet());
    missing.removeIf(name -> name.endsWith("num_batches_tracked"));
    TreeSet<String> unexpected = new TreeSet<>(given.keySet());
    unexpected.removeAll(state.keySet());
    if (!missing.isEmpty() || !unexpected.isEmpty()) {
      throw new UserException(
          "%s does not hold this network: missing %s, unexpected %s; check --image-size, --norm and the widths it was trained with"
              .formatted(source, missing, unexpected));
    }
    given.forEach(
        (name, entry) -> {
          Parameter p = state.get(name);
          if (!Arrays.equals(p.dimensions(), entry.shape())) {
            throw new UserException(
                "%s does not hold this network: %s is %s there and %s here"
                    .formatted(source, name, Arrays.toString(entry.shape()), p));
          }
        });
    given.forEach((name, entry) -> backend.upload(entry.data(), state.get(name).tensor()));
  }

  private Map<String, Parameter> state() {
    // PyTorch lists a layer's parameters, then its buffers, layer by layer.
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
