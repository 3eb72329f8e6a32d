package lanewise.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import lanewise.autograd.Gradients;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.io.TensorEntry;
import lanewise.nn.Network;
import lanewise.nn.Parameter;
import lanewise.nn.Statistics;
import lanewise.torch.DcganTrace.Summary;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the networks of image translation, on one backend, to what PyTorch computed in float64. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class NetworkReferenceTest {
  /**
   * The share of the largest gradient below which one counts as what is left of cancelled terms.
   */
  private static final double CANCELLED = 0.1;

  private final String backendName;
  private final double tolerance;
  private Backend backend;

  /**
   * A test.
   *
   * @param tolerance of results and gradients, relative to the root mean square of the tensor
   */
  NetworkReferenceTest(String backendName, double tolerance) {
    this.backendName = backendName;
    this.tolerance = tolerance;
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

  static List<NetworkCase> networks() {
    return NetworkCase.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void resultAndGradients(NetworkCase c) {
    try (Scope _ = backend.scope()) {
      Network network = new Network(backend, c.network());
      assertEquals(c.sortedNames(), new TreeSet<>(network.state().keySet()), "names");
      start(c, network);
      Tensor images = upload(c.input(), c.x());
      Variable x = Variable.leaf(backend, images);
      Variable y = network.forward(x, Statistics.BATCH);
      assertEquals(network.outputShape(c.x()), y.shape(), "announced shape");
      check("y", c.y(), dimensions(y.shape()), y.tensor(), 0);

      Variable dy = Variable.constant(backend, upload(c.cotangent(y.shape()), y.shape()));
      Variable loss = Ops.sum(Ops.mul(y, dy), Shape.scalar());
      network.backward(loss);
      double largest = largest(c.gradients());
      c.gradients()
          .forEach(
              (name, expected) -> {
                Parameter p = network.state().get(name);
                check("gradient of " + name, expected, p.dimensions(), p.gradient(), largest);
              });
      Variable dx = Gradients.of(loss, List.of(x), false).getFirst();
      check("dx", c.dx(), dimensions(c.x()), dx.tensor(), 0);
    }
  }

  private void start(NetworkCase c, Network network) {
    int i = 0;
    for (Map.Entry<String, Parameter> entry : network.state().entrySet()) {
      Parameter p = entry.getValue();
      if (p.gradient() != null) {
        backend.upload(c.start(i++, p.dimensions(), entry.getKey()), p.tensor());
      }
    }
  }

  /**
   * The largest root mean square of a gradient. That of a bias before a norm is nothing but
   * rounding errors, which cannot be held to their own size.
   */
  private static double largest(Map<String, Summary> gradients) {
    return gradients.values().stream().mapToDouble(Summary::rms).max().orElseThrow();
  }

  private void check(
      String what, Summary expected, long[] dimensions, Tensor actual, double scale) {
    float[] data = new float[actual.shape().size()];
    backend.read(actual, data);
    int samples = expected.sample().length;
    Summary summary = Summary.of(new TensorEntry(what, dimensions, data), samples);
    double allowed = tolerance * Math.max(expected.rms(), CANCELLED * scale);
    assertArrayEquals(expected.shape(), summary.shape(), what);
    assertEquals(expected.rms(), summary.rms(), allowed, what + ": root mean square");
    assertEquals(expected.mean(), summary.mean(), allowed, what + ": mean");
    assertArrayEquals(expected.sample(), summary.sample(), 5 * allowed, what + ": elements");
  }

  private Tensor upload(float[] data, Shape shape) {
    Tensor tensor = backend.allocate(shape);
    backend.upload(data, tensor);
    return tensor;
  }

  private static long[] dimensions(Shape s) {
    return new long[] {s.n(), s.c(), s.h(), s.w()};
  }
}
