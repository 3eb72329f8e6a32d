package lanewise.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Normalisations whose scale and shift depend on a condition; the numbers are in layers.json. */
class ConditionalNormTest {
  private static final int CHANNELS = 4;
  private static final int CLASSES = 3;

  private final Backend backend = Backends.open("scalar");

  @AfterEach
  void close() {
    backend.close();
  }

  @Test
  void startsAsThePlainNorm() {
    float[] plain = forward(Normalization.batch(CHANNELS), Pass.BATCH);
    assertArrayEquals(
        plain, forward(Normalization.conditionalBatch(CHANNELS, CLASSES), conditioned()), 0);
  }

  @Test
  void aPassWithoutConditionIsRefused() {
    Normalization norm = Normalization.conditionalBatch(CHANNELS, CLASSES);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> forward(norm, Pass.BATCH));
    assertEquals(
        "batch norm by class needs a pass with a condition of 3 values for each sample; this pass"
            + " has none",
        e.getMessage());
  }

  @Test
  void aConditionOfAnotherSizeIsRefused() {
    Normalization norm = Normalization.adaptiveInstance(CHANNELS, CLASSES + 1);
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> forward(norm, conditioned()));
    assertEquals(
        "instance norm by style needs a condition of 4 values for each sample; this pass has one"
            + " of 2x3x1x1",
        e.getMessage());
  }

  @Test
  void isOneLineOfASummary() {
    Normalization norm = Normalization.adaptiveInstance(CHANNELS, CLASSES);
    try (Network network = new Network(backend, new Sequential(norm))) {
      Shape x = Shape.of(2, CHANNELS, 2, 2);
      assertEquals(
          List.of(new LayerSummary("0", "instance norm by style", x, 8 * CLASSES + 8)),
          network.layers(x));
    }
  }

  private float[] forward(Normalization norm, Pass pass) {
    try (Network network = new Network(backend, norm)) {
      network.initialize(Initialization.DEFAULT, 0);
      Shape shape = Shape.of(2, CHANNELS, 3, 3);
      Variable y = network.forward(data(shape), pass);
      float[] values = new float[shape.size()];
      backend.read(y.tensor(), values);
      return values;
    }
  }

  /** Two samples of the first class. */
  private Pass conditioned() {
    Tensor condition = backend.allocate(Shape.matrix(2, CLASSES));
    backend.upload(new float[] {1, 0, 0, 1, 0, 0}, condition);
    return new Pass(Statistics.BATCH, Variable.constant(backend, condition));
  }

  private Variable data(Shape shape) {
    float[] values = new float[shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i * i % 7;
    }
    Tensor tensor = backend.allocate(shape);
    backend.upload(values, tensor);
    return Variable.constant(backend, tensor);
  }
}
