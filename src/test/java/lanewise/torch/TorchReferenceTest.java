package lanewise.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lanewise.autograd.Gradients;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.AdamSpec;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.io.TensorEntry;
import lanewise.nn.Network;
import lanewise.nn.Parameter;
import lanewise.train.GanTrainer;
import lanewise.train.GanTrainer.StepResult;
import lanewise.train.StateDict;
import lanewise.train.loss.NonSaturating;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds one backend, and all that is built on it, to what PyTorch computed in float64. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class TorchReferenceTest {
  private static final System.Logger LOG = System.getLogger("lanewise.torch");

  private final String backendName;
  private final Tolerances tolerances;
  private Backend backend;

  /**
   * How near a backend comes to float64. Results are rounded to float between operations (2^-24 =
   * 6e-8 of each), so higher derivatives, which are chains of operations, are less near.
   *
   * @param first of values and gradients, relative to the largest element of the tensor
   * @param second of gradients of gradients, likewise
   * @param adam of parameters, likewise
   * @param chains of penalties and of layers and networks, with their gradients, likewise
   * @param gradients of the first gradients of training, relative to the largest of the tensor; the
   *     generator's follow the discriminator's first step, in which Adam makes nearly as much of
   *     the rounding of a vanishing gradient as of a gradient
   * @param losses of losses and probabilities while training, relative
   * @param weights of trained weights, absolute
   */
  record Tolerances(
      double first,
      double second,
      double adam,
      double chains,
      double gradients,
      double losses,
      double weights) {}

  TorchReferenceTest(String backendName, Tolerances tolerances) {
    this.backendName = backendName;
    this.tolerances = tolerances;
  }

  @BeforeAll
  void open() {
    backend = Backends.open(backendName);
    assertEquals(backendName, backend.description().name(), "the engine that is tested");
  }

  @AfterAll
  void close() {
    backend.close();
  }

  // ---- operations

  static List<TorchCase> operations() {
    return Stream.of("operations.json", "images.json")
        .flatMap(file -> TorchCase.all(file).stream())
        .toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("operations")
  void operation(TorchCase c) {
    try (Scope _ = backend.scope()) {
      Operation operation = new Operation(backend, c);
      Map<String, Variable> operands = operation.operands();
      assertEquals(c.second().get("v").keySet(), operands.keySet(), "operands");
      Map<String, float[]> outputs = new HashMap<>();
      outputs.put("y", read(operation.y().tensor()));
      operation.buffers().forEach((name, buffer) -> outputs.put(name, read(buffer)));
      Variable dy = cotangent(c, operation.y().shape());
      gradients(operation.y(), dy, operands, false)
          .forEach((name, gradient) -> outputs.put("d" + name, read(gradient.tensor())));
      TorchTensor.assertNear(c.outputs(), outputs, tolerances.first);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("operations")
  void operationTwiceDifferentiated(TorchCase c) {
    try (Scope _ = backend.scope()) {
      Operation operation = new Operation(backend, c);
      Map<String, Variable> at = new LinkedHashMap<>(operation.operands());
      Variable dy = cotangent(c, operation.y().shape());
      Map<String, Variable> first = gradients(operation.y(), dy, at, true);
      Map<String, float[]> firstValues = new HashMap<>();
      Variable sum = null;
      for (Map.Entry<String, Variable> gradient : first.entrySet()) {
        String name = gradient.getKey();
        firstValues.put("d" + name, read(gradient.getValue().tensor()));
        sum = plus(sum, inner(gradient.getValue(), direction(c, name, gradient.getValue())));
      }
      Map<String, TorchTensor> expectedFirst = new HashMap<>(c.outputs());
      expectedFirst.keySet().retainAll(firstValues.keySet());
      TorchTensor.assertNear(expectedFirst, firstValues, tolerances.first);

      at.put("dy", dy);
      Map<String, float[]> second = new HashMap<>();
      gradients(sum, at).forEach((name, gradient) -> second.put(name, read(gradient.tensor())));
      TorchTensor.assertNear(c.second().get("gradients"), second, tolerances.second);
    }
  }

  private Variable cotangent(TorchCase c, Shape shape) {
    return Variable.leaf(backend, upload(c.input("dy"), shape));
  }

  private Variable direction(TorchCase c, String operand, Variable like) {
    return Variable.constant(backend, upload(c.second().get("v").get(operand), like.shape()));
  }

  private static Map<String, Variable> gradients(
      Variable y, Variable dy, Map<String, Variable> wrt, boolean createGraph) {
    return named(wrt, Gradients.of(y, dy, List.copyOf(wrt.values()), createGraph));
  }

  private static Map<String, Variable> gradients(Variable scalar, Map<String, Variable> wrt) {
    return named(wrt, Gradients.of(scalar, List.copyOf(wrt.values()), false));
  }

  private static Map<String, Variable> named(Map<String, Variable> wrt, List<Variable> gradients) {
    Map<String, Variable> named = new LinkedHashMap<>();
    wrt.keySet().forEach(name -> named.put(name, gradients.get(named.size())));
    return named;
  }

  // ---- layers

  static List<LayerCase> layers() {
    return LayerCase.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void layer(LayerCase c) {
    try (Scope _ = backend.scope()) {
      Layer layer = new Layer(backend, c);
      Map<String, float[]> outputs = new HashMap<>();
      for (int i = 0; i < c.passes(); i++) {
        outputs.put("y" + i, read(layer.results().get(i).tensor()));
      }
      Map<String, Variable> cotangents = cotangents(c, layer);
      gradients(product(layer, cotangents), layer.operands())
          .forEach((name, gradient) -> outputs.put("d" + name, read(gradient.tensor())));
      TorchTensor.assertNear(c.outputs(), outputs, tolerances.chains);
      layer
          .buffers()
          .forEach(
              (name, buffer) -> {
                TorchTensor expected = c.stateAfter().get(name);
                expected.assertWithin(name, read(buffer), tolerances.chains * expected.scale());
              });
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layers")
  void layerTwiceDifferentiated(LayerCase c) {
    try (Scope _ = backend.scope()) {
      Layer layer = new Layer(backend, c);
      Map<String, Variable> at = new LinkedHashMap<>(layer.operands());
      assertEquals(c.second().get("v").keySet(), at.keySet(), "operands");
      Map<String, Variable> cotangents = cotangents(c, layer);
      List<Variable> first =
          Gradients.of(product(layer, cotangents), List.copyOf(at.values()), true);
      Variable sum = null;
      for (Map.Entry<String, Variable> gradient : named(at, first).entrySet()) {
        TorchTensor v = c.second().get("v").get(gradient.getKey());
        Tensor direction = upload(v, gradient.getValue().shape());
        sum = plus(sum, inner(gradient.getValue(), Variable.constant(backend, direction)));
      }
      at.putAll(cotangents);
      Map<String, float[]> second = new HashMap<>();
      gradients(sum, at).forEach((name, gradient) -> second.put(name, read(gradient.tensor())));
      TorchTensor.assertNear(c.second().get("gradients"), second, tolerances.second);
    }
  }

  private Map<String, Variable> cotangents(LayerCase c, Layer layer) {
    Map<String, Variable> cotangents = new LinkedHashMap<>();
    for (Variable y : layer.results()) {
      String name = "dy" + cotangents.size();
      cotangents.put(name, Variable.leaf(backend, upload(c.inputs().get(name), y.shape())));
    }
    return cotangents;
  }

  /** The sum of what each pass computed times its cotangent. */
  private static Variable product(Layer layer, Map<String, Variable> cotangents) {
    Variable sum = null;
    int pass = 0;
    for (Variable dy : cotangents.values()) {
      sum = plus(sum, inner(layer.results().get(pass++), dy));
    }
    return sum;
  }

  private static Variable inner(Variable a, Variable b) {
    return Ops.sum(Ops.mul(a, b), Shape.scalar());
  }

  private static Variable plus(Variable sum, Variable term) {
    return sum == null ? term : Ops.add(sum, term);
  }

  // ---- Adam

  @Test
  void adam() {
    for (Object json : (List<?>) Json.read("adam.json")) {
      Map<String, Object> fields = Json.mapped(json, value -> value);
      Map<String, Object> settings = Json.mapped(fields.get("attributes"), value -> value);
      double[] betas = Json.doubles(settings.get("betas"));
      double lr = (Double) settings.get("lr");
      double eps = (Double) settings.get("eps");
      List<TorchTensor> gradients = TorchTensor.list(fields.get("gradients"));
      List<TorchTensor> expected = TorchTensor.list(fields.get("parameters"));
      TorchTensor initial = TorchTensor.of(fields.get("initial"));
      try (Scope _ = backend.scope()) {
        Shape shape = Shape.vector(initial.data().length);
        Tensor values = upload(initial, shape);
        Tensor m = zeros(shape);
        Tensor v = zeros(shape);
        AdamSpec spec = new AdamSpec(betas[0], betas[1], eps);
        Tensor rates = backend.allocate(AdamSpec.RATES);
        for (int step = 1; step <= gradients.size(); step++) {
          backend.upload(spec.rates(lr, step), rates);
          backend.adam(spec, rates, values, upload(gradients.get(step - 1), shape), m, v);
          TorchTensor parameters = expected.get(step - 1);
          String what = fields.get("name") + ", step " + step;
          parameters.assertWithin(what, read(values), tolerances.adam * parameters.scale());
        }
      }
    }
  }

  // ---- penalties

  static List<TorchCase> penalties() {
    return TorchCase.all("penalties.json");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("penalties")
  void penalty(TorchCase c) {
    try (Scope _ = backend.scope()) {
      Penalty penalty = new Penalty(backend, c);
      Map<String, float[]> outputs = new HashMap<>();
      outputs.put("penalty", new float[] {penalty.backward()});
      penalty.parameters().forEach((name, p) -> outputs.put("d" + name, read(p.gradient())));
      TorchTensor.assertNear(c.outputs(), outputs, tolerances.chains);
    }
  }

  // ---- perceptrons

  static List<TorchCase> perceptrons() {
    return TorchCase.all("mlp.json");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("perceptrons")
  void perceptron(TorchCase c) {
    try (Scope _ = backend.scope()) {
      Map<String, float[]> outputs = new HashMap<>();
      new Perceptron(backend, c).step().forEach((name, t) -> outputs.put(name, read(t)));
      TorchTensor.assertNear(c.outputs(), outputs, tolerances.first);
    }
  }

  // ---- training

  @ParameterizedTest
  @ValueSource(strings = {"batch", "instance", "64"})
  void dcganTrace(String name) {
    DcganTrace trace = DcganTrace.read(name);
    double[] check = trace.checkValues();
    float[] repeated = trace.checkStream().uniform(check.length);
    for (int i = 0; i < check.length; i++) {
      assertEquals(check[i], repeated[i], 1e-8, "the stream that weights come from");
    }
    TraceCheck differences = new TraceCheck(tolerances);
    try (GanTrainer trainer =
        new GanTrainer(
            backend, trace.model(), new NonSaturating(), trace.adam(), trace.batchSize(), 0)) {
      Map<String, Network> networks =
          Map.of("generator", trainer.generator(), "discriminator", trainer.discriminator());
      networks.forEach(trace::initialize);
      List<float[]> images = trace.images();
      for (int i = 0; i < trace.steps().size(); i++) {
        StepResult result = trainer.step(images.get(i), trace.latents(i + 1));
        differences.step(trace.steps().get(i), result);
        if (i == 0) {
          networks.forEach((n, network) -> checkGradients(trace, n, network, differences));
        }
      }
      networks.forEach(
          (n, network) -> differences.state(trace.stateAfter().get(n), StateDict.of(network)));
    }
    LOG.log(
        Level.INFO,
        "%s, trace %s: losses within %.1e of PyTorch's, relatively; weights within %.1e"
            .formatted(
                backendName, name, differences.largestOfLosses(), differences.largestOfWeights()));
  }

  private void checkGradients(
      DcganTrace trace, String name, Network network, TraceCheck differences) {
    trace
        .firstGradients()
        .get(name)
        .forEach(
            (parameter, expected) -> {
              Parameter p = network.state().get(parameter);
              float[] gradient = read(p.gradient());
              differences.gradient(expected, new TensorEntry(parameter, p.dimensions(), gradient));
            });
  }

  // ---- tensors

  private Tensor upload(TorchTensor source, Shape shape) {
    Tensor tensor = backend.allocate(shape);
    backend.upload(source.floats(), tensor);
    return tensor;
  }

  private Tensor zeros(Shape shape) {
    Tensor tensor = backend.allocate(shape);
    backend.fill(tensor, 0);
    return tensor;
  }

  private float[] read(Tensor tensor) {
    float[] data = new float[tensor.shape().size()];
    backend.read(tensor, data);
    return data;
  }
}
