package lanewise.onnx;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import lanewise.Names;
import lanewise.Printable;
import lanewise.UserException;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.MemoryProbe;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.onnx.HostTensor.Kind;
import lanewise.onnx.Plan.Step;

/**
 * A model whose weights a backend holds, ready to run any number of times.
 *
 * <p>What depends on constants alone was computed when it was opened. What depends on the sizes of
 * the inputs is computed on the host, as far as it decides about shapes; everything else on the
 * backend. The memory of a value is given back as soon as nothing needs it.
 */
public final class OnnxSession implements AutoCloseable {
  /** Elements that constants may be computed to have beyond {@link #FOLDED} times the file's. */
  private static final long FOLDED_ANYHOW = 1 << 24;

  private static final long FOLDED = 4;

  private final OnnxModel model;
  private final Backend backend;
  private final Weights weights;
  private final Map<String, HostTensor> constants;
  private final List<OnnxNode> nodes = new ArrayList<>();
  private final Set<String> onHost = new LinkedHashSet<>();
  private final Map<Set<String>, Plan> plans = new HashMap<>();

  OnnxSession(OnnxModel model, Backend backend) {
    this.model = model;
    this.backend = backend;
    weights = new Weights(backend);
    constants = new HashMap<>(model.initializers());
    long inFile = constants.values().stream().mapToLong(HostTensor::size).sum();
    long foldable = FOLDED_ANYHOW + FOLDED * inFile;
    for (OnnxNode node : model.nodes()) {
      if (node.inputs().stream().allMatch(name -> name.isEmpty() || constants.containsKey(name))) {
        foldable = fold(node, foldable);
      } else {
        nodes.add(node);
      }
    }
    keepConstants();
  }

  /** Another one on a backend, with what was computed of constants. */
  private OnnxSession(OnnxSession other, Backend backend) {
    model = other.model;
    this.backend = backend;
    weights = new Weights(backend);
    constants = other.constants;
    nodes.addAll(other.nodes);
    keepConstants();
  }

  /**
   * Computes what is the same in every run.
   *
   * @param foldable elements that may yet be computed, so that a small file takes no large memory
   * @return how many are left
   */
  private long fold(OnnxNode node, long foldable) {
    long left = foldable;
    try (Scope _ = backend.scope()) {
      List<Value> results = run(Step.of(node), new HashMap<>());
      for (int i = 0; i < node.outputs().size(); i++) {
        if (!node.outputs().get(i).isEmpty()) {
          HostTensor result = read(results.get(i));
          constants.put(node.outputs().get(i), result);
          // A node without inputs holds its tensor in the file.
          left += node.inputs().isEmpty() ? FOLDED * result.size() : -result.size();
        }
      }
    }
    if (left < 0) {
      throw new UserException(
          "%s: %s: with it, constants that are computed of others take more memory than is given"
                  .formatted(model.file(), node)
              + " to them; fold them before you export the model");
    }
    return left;
  }

  private void keepConstants() {
    for (OnnxNode node : nodes) {
      try {
        keepConstants(node);
      } catch (ModelFault e) {
        weights.close();
        throw fault(node, e);
      }
    }
  }

  private void keepConstants(OnnxNode node) {
    for (int i = 0; i < node.inputs().size(); i++) {
      String name = node.inputs().get(i);
      HostTensor constant = constants.get(name);
      boolean isHost = node.definition().host().contains(i);
      if (isHost) {
        onHost.add(name);
      }
      if (constant == null || isHost || constant.kind() != Kind.FLOAT || constant.size() == 0) {
        continue;
      }
      if (node.definition().filters().contains(i)) {
        weights.keepFilter(constant);
      } else {
        weights.keepTensor(constant);
      }
    }
  }

  public OnnxModel model() {
    return model;
  }

  /**
   * Computes all outputs.
   *
   * @param inputs by name, one for each of the model's
   * @return by name, in the model's order
   * @throws UserException if an input is missing, unknown or of another shape, or if the model
   *     cannot be computed for these; it names the node
   */
  public Map<String, HostTensor> run(Map<String, HostTensor> inputs) {
    checkNames(inputs.keySet());
    try (Scope scope = backend.scope()) {
      Map<String, Value> values = new HashMap<>();
      for (Port port : model.inputs()) {
        HostTensor given = converted(port, inputs.get(port.name()));
        checkShape(port, given.dims());
        boolean computes = given.kind() == Kind.FLOAT && !onHost.contains(port.name());
        values.put(port.name(), computes ? weights.tensor(given) : given);
      }
      Set<String> wanted =
          model.outputs().stream()
              .map(Port::name)
              .collect(Collectors.toCollection(LinkedHashSet::new));
      Map<String, HostTensor> results = new LinkedHashMap<>();
      compute(values, wanted, scope).forEach((name, value) -> results.put(name, read(value)));
      return results;
    }
  }

  /**
   * Computes some values from others, so that gradients flow: from any value of the graph back to
   * the inputs. The weights are constants.
   *
   * <p>A value of rank 4 is N x C x H x W. One of any other rank is a matrix of its first axis by
   * all others, row-major; of rank 1, a single row.
   *
   * <p>The results belong to the backend's innermost scope. If an input requires a gradient, so do
   * all intermediate values; if none does, their memory is given back on the way.
   *
   * @param inputs by name, one for each of the model's, in the form above
   * @param wanted names of outputs or of any other values of the graph, see {@link
   *     OnnxModel#nodes}; what they do not need is not computed
   * @throws UserException as {@link #run}
   */
  public Map<String, Variable> evaluate(Map<String, Variable> inputs, Collection<String> wanted) {
    checkNames(inputs.keySet());
    checkWanted(wanted);
    Map<String, Value> values = new HashMap<>();
    boolean records = false;
    for (Port port : model.inputs()) {
      Variable given = inputs.get(port.name());
      DeviceTensor tensor = seenAs(port, given);
      checkShape(port, tensor.dims());
      values.put(port.name(), tensor);
      records |= given.requiresGradient();
    }
    Map<String, Variable> results = new LinkedHashMap<>();
    if (records) {
      compute(values, wanted, null)
          .forEach((name, value) -> results.put(name, onBackend(value).variable()));
      return results;
    }
    try (Scope scope = backend.scope()) {
      compute(values, wanted, scope)
          .forEach(
              (name, value) -> {
                Variable result = onBackend(value).variable();
                scope.keep(result.tensor());
                results.put(name, result);
              });
      return results;
    }
  }

  /**
   * Bytes of a backend's memory that {@link #evaluate} takes without gradients, with the inputs and
   * the weights.
   *
   * @param inputs shapes by name, of what {@link #evaluate} takes
   * @param wanted as for {@link #evaluate}
   * @throws UserException if the model cannot be computed for these; it names the node
   */
  public long bytes(Map<String, Shape> inputs, Collection<String> wanted) {
    return MemoryProbe.bytes(
        probe -> {
          try (OnnxSession session = new OnnxSession(this, probe)) {
            Map<String, Variable> given = new LinkedHashMap<>();
            inputs.forEach(
                (name, shape) -> given.put(name, Variable.constant(probe, probe.allocate(shape))));
            session.evaluate(given, wanted);
          }
        });
  }

  // ---- inputs

  private void checkNames(Collection<String> given) {
    List<String> known = model.inputs().stream().map(Port::name).toList();
    for (String name : given) {
      if (!known.contains(name)) {
        throw new UserException(
            "%s: %s".formatted(model.file(), Names.unknown("input", name, known)));
      }
    }
    for (Port port : model.inputs()) {
      if (!given.contains(port.name())) {
        throw new UserException("%s: its input %s is not given".formatted(model.file(), port));
      }
    }
  }

  private void checkWanted(Collection<String> wanted) {
    for (String name : wanted) {
      boolean isKnown =
          constants.containsKey(name)
              || model.inputs().stream().anyMatch(port -> port.name().equals(name))
              || nodes.stream().anyMatch(node -> node.outputs().contains(name));
      if (!isKnown || name.isEmpty()) {
        throw new UserException(
            "%s: it has no value %s".formatted(model.file(), Printable.quoted(name)));
      }
    }
  }

  private void checkShape(Port port, int[] dims) {
    if (!port.fits(dims)) {
      throw new UserException(
          "%s: its input %s is %s, but what is given is %s"
              .formatted(
                  model.file(), Printable.quoted(port.name()), port.shape(), Dims.text(dims)));
    }
  }

  private HostTensor converted(Port port, HostTensor given) {
    if (port.kind() == Kind.FLOAT && given.kind() != Kind.FLOAT) {
      return HostTensor.of(given.floats(), given.dims());
    }
    if (port.kind() != Kind.FLOAT && given.kind() == Kind.FLOAT) {
      throw new UserException(
          "%s: its input %s is %s, but what is given are numbers with fractions"
              .formatted(model.file(), Printable.quoted(port.name()), port.kind()));
    }
    return given;
  }

  private DeviceTensor seenAs(Port port, Variable given) {
    int[] image = {given.shape().n(), given.shape().c(), given.shape().h(), given.shape().w()};
    int rank = port.sizes() == null ? image.length : port.sizes().size();
    return switch (rank) {
      case 4 -> new DeviceTensor(given, image);
      case 2 -> new DeviceTensor(given, image[0], image[1]);
      default ->
          throw new UserException(
              "%s: its input %s has neither four axes nor two, so it cannot be given so"
                  .formatted(model.file(), port));
    };
  }

  // ---- running

  /**
   * Runs the nodes that are needed.
   *
   * @param values that are given; the others are added
   * @param scope whose temporaries are given back when they are dead, or null to keep all
   */
  private Map<String, Value> compute(
      Map<String, Value> values, Collection<String> wanted, Scope scope) {
    Set<String> names = new LinkedHashSet<>(wanted);
    Plan plan = plans.computeIfAbsent(names, all -> new Plan(nodes, all));
    for (Step step : plan.steps()) {
      List<Value> results = scope == null ? run(step, values) : runIn(step, values);
      for (int i = 0; i < step.outputs().size(); i++) {
        if (!step.outputs().get(i).isEmpty()) {
          values.put(step.outputs().get(i), results.get(i));
        }
      }
      for (String name : step.dead()) {
        Value dead = values.remove(name);
        if (scope != null && dead instanceof DeviceTensor device) {
          release(device.variable().tensor(), values, scope);
        }
      }
    }
    Map<String, Value> results = new LinkedHashMap<>();
    for (String name : names) {
      results.put(name, constants.containsKey(name) ? constants.get(name) : values.get(name));
    }
    return results;
  }

  /** Runs a node whose temporaries end with it. */
  private List<Value> runIn(Step step, Map<String, Value> values) {
    try (Scope temporaries = backend.scope()) {
      List<Value> results = run(step, values);
      for (Value result : results) {
        if (result instanceof DeviceTensor device) {
          temporaries.keep(device.variable().tensor());
        }
      }
      return results;
    }
  }

  private static void release(Tensor tensor, Map<String, Value> alive, Scope scope) {
    for (Value value : alive.values()) {
      if (value instanceof DeviceTensor other
          && other.variable().tensor().sharesMemoryWith(tensor)) {
        return;
      }
    }
    scope.release(tensor);
  }

  private List<Value> run(Step step, Map<String, Value> values) {
    OnnxNode node = step.node();
    Function<String, Value> lookup =
        name -> constants.containsKey(name) ? constants.get(name) : values.get(name);
    try {
      // A list with nulls, for optional inputs that are left out.
      List<Value> inputs = node.inputs().stream().map(lookup).collect(Collectors.toList());
      List<Value> results = step.run(new Operands(weights, inputs));
      if (results.size() < node.outputs().size()) {
        throw new ModelFault(
            "it has %d outputs, of which %d are supported"
                .formatted(node.outputs().size(), results.size()));
      }
      return results;
    } catch (ModelFault | IllegalArgumentException | ArithmeticException e) {
      throw fault(node, e);
    }
  }

  private UserException fault(OnnxNode node, RuntimeException e) {
    return new UserException("%s: %s: %s".formatted(model.file(), node, e.getMessage()), e);
  }

  private DeviceTensor onBackend(Value value) {
    return switch (value) {
      case DeviceTensor device -> device;
      case HostTensor host -> weights.tensor(host);
    };
  }

  private HostTensor read(Value value) {
    return switch (value) {
      case HostTensor host -> host;
      case DeviceTensor device -> {
        float[] elements = new float[device.size()];
        backend.read(device.variable().tensor(), elements);
        yield HostTensor.of(elements, device.dims());
      }
    };
  }

  /** Gives back the weights. */
  @Override
  public void close() {
    weights.close();
  }
}
