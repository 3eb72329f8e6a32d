package lanewise.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.io.Npy;
import lanewise.io.Safetensors;
import lanewise.reference.ReferenceModel.Case;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds one backend to the results of networks that other people trained, in float64. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ReferenceModelTest {
  private static final System.Logger LOG = System.getLogger("lanewise.reference");

  /** How many times as far from float64 as PyTorch's float32 a result may be. */
  private static final double ALLOWED = 10;

  private final String backendName;
  private Backend backend;

  ReferenceModelTest(String backendName) {
    this.backendName = backendName;
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

  /** Those that the engine can compute in a time that tests have. */
  boolean isCheap(Case c) {
    return true;
  }

  List<Case> cases() {
    return ReferenceModel.all().stream()
        .flatMap(model -> model.cases().stream())
        .filter(this::isCheap)
        .toList();
  }

  @ParameterizedTest(name = "{0}", allowZeroInvocations = true)
  @MethodSource("cases")
  void repeatsTheResult(Case c) {
    Path folder = c.model().folder();
    Npy.Array expected = Npy.read(folder.resolve(c.output()));
    try (Scope _ = backend.scope();
        Safetensors weights = Safetensors.open(folder.resolve("weights.safetensors"))) {
      Variable x = Variable.constant(backend, upload(Npy.read(folder.resolve(c.input()))));
      Variable y =
          new ReferenceNetwork(backend, c.model().layers(), weights, c.statistics()).forward(x);
      float[] actual = new float[y.shape().size()];
      backend.read(y.tensor(), actual);
      assertEquals(expected.data().length, actual.length, "elements");
      double largest = 0;
      for (int i = 0; i < actual.length; i++) {
        double difference = Math.abs((double) actual[i] - expected.data()[i]);
        assertTrue(Double.isFinite(difference), "element " + i);
        largest = Math.max(largest, difference);
      }
      String found =
          "%s, %s: %.2g off, %.2f times PyTorch's %.2g"
              .formatted(backendName, c, largest, largest / c.floatError(), c.floatError());
      LOG.log(Level.INFO, found);
      assertTrue(largest <= ALLOWED * c.floatError(), found);
    }
  }

  private Tensor upload(Npy.Array x) {
    long[] s = x.shape();
    Tensor tensor = backend.allocate(Shape.of((int) s[0], (int) s[1], (int) s[2], (int) s[3]));
    backend.upload(x.data(), tensor);
    return tensor;
  }
}
