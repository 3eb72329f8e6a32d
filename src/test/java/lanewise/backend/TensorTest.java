package lanewise.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Types and versions of tensors. */
final class TensorTest {
  private final Backend backend = new Bf16Backend().checked();

  @Test
  void viewsLieWhereTheElementsAre() {
    Tensor whole = backend.allocateActivation(Shape.of(2, 3, 4, 5));
    assertEquals(2 * 120, whole.segment().byteSize());
    Tensor part = whole.part(60, Shape.vector(7));
    assertEquals(ElementType.BF16, part.type());
    assertEquals(whole.segment().address() + 2 * 60, part.segment().address());
    assertEquals(2 * 7, part.segment().byteSize());
    assertEquals(part.segment().address() + 2, part.part(1, Shape.scalar()).segment().address());
    assertEquals(ElementType.BF16, whole.reshape(whole.shape()).type());
  }

  @Test
  void aReplayChangesWhatTheStepChanged() {
    Tensor x = backend.allocate(Shape.scalar());
    Tensor y = backend.allocate(Shape.scalar());
    Runnable step = backend.capture(() -> backend.copy(x, y));
    step.run();
    assertEquals(1, y.version());
    step.run();
    step.run();
    assertEquals(3, y.version());
    assertEquals(0, x.version());
    backend.fill(x, 0);
    assertEquals(3, y.version());
  }

  @Test
  void parametersAndStatisticsAreSingle() {
    Tensor x = backend.allocateActivation(Shape.of(1, 1, 4, 4));
    Tensor w = backend.allocateActivation(Shape.filter(1, 1, 1, 1));
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> backend.convForward(ConvSpec.of(1, 0), x, w, x.part(0, x.shape())));
    assertTrue(e.getMessage().contains("convForward: the tensor filter 1x1x1x1 is bf16"));
    Tensor table = backend.allocateActivation(Shape.scalar());
    NormSpec.Moments moments = new NormSpec.Moments(table, table, NormSpec.Source.INPUT);
    NormSpec spec = new NormSpec(NormScope.BATCH, 1e-5f, Activation.NONE);
    assertThrows(
        IllegalArgumentException.class,
        () -> backend.normForward(spec, x, NormSpec.Affine.NONE, moments, x));
  }
}
