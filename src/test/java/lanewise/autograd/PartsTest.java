package lanewise.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import lanewise.backend.Backend;
import lanewise.backend.Bf16Backend;
import lanewise.backend.ElementType;
import lanewise.backend.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What parts, concatenations and packs cost and refuse; their values are held to PyTorch's. */
final class PartsTest {
  private final Bf16Backend engine = new Bf16Backend();
  private final Backend backend = engine.checked();
  private final Variable images =
      Variable.leaf(backend, backend.allocateActivation(Shape.of(6, 3, 4, 5)));
  private final Variable labels =
      Variable.constant(backend, backend.allocate(Shape.of(6, 2, 4, 5)));

  @Test
  void oneActivationMakesTheConcatenationOne() {
    for (List<Variable> xs : List.of(List.of(images, labels), List.of(labels, images))) {
      Variable y = Ops.concat(xs);
      assertEquals(Shape.of(6, 5, 4, 5), y.shape());
      assertEquals(ElementType.BF16, y.tensor().type());
    }
    assertEquals(ElementType.F32, Ops.concat(List.of(labels, labels)).tensor().type());
    assertEquals(ElementType.F32, Ops.channels(labels, 1, 1).tensor().type());
  }

  @Test
  void onlyGradientsThatAreWantedAreTakenOut() {
    Variable y = Ops.concat(List.of(labels, images, labels));
    int before = engine.calls().size();
    Variable dy = Variable.constant(backend, backend.allocateActivation(y.shape()));
    Variable dx = Gradients.of(y, dy, List.of(images), false).getFirst();
    assertEquals(images.shape(), dx.shape());
    assertEquals(1, engine.calls().size() - before);
    assertEquals("copyChannels", engine.calls().getLast().operation());
  }

  @Test
  void samplesAndStacksAreViews() {
    assertTrue(Ops.samples(images, 2, 3).tensor().sharesMemoryWith(images.tensor()));
    assertTrue(Ops.stackImages(images, 3).tensor().sharesMemoryWith(images.tensor()));
    assertEquals(Shape.of(2, 3, 12, 5), Ops.stackImages(images, 3).shape());
    assertEquals(Shape.of(24, 3, 1, 5), Ops.cutImages(images, 4).shape());
    assertEquals(List.of(), engine.calls());
  }

  @Test
  void allOfItIsItself() {
    assertSame(images, Ops.concat(List.of(images)));
    assertSame(images, Ops.channels(images, 0, 3));
    assertSame(images, Ops.samples(images, 0, 6));
    assertSame(images, Ops.pack(images, 1));
  }

  @Test
  void whatIsNotThereIsRefused() {
    assertRefused("pack: 4 does not divide the samples of 6x3x4x5", () -> Ops.pack(images, 4));
    assertRefused(
        "samples: there are no 3 samples from 4 on in 6x3x4x5", () -> Ops.samples(images, 4, 3));
    assertRefused(
        "stackImages: 4 does not divide the samples of 6x3x4x5", () -> Ops.stackImages(images, 4));
    assertRefused(
        "cutImages: 3 does not divide the height of 6x3x4x5", () -> Ops.cutImages(images, 3));
    assertRefused(
        "copyChannels: 2 channels from 2 on are not within the channels 0 to 2 of the source"
            + " 6x3x4x5",
        () -> Ops.channels(images, 2, 2));
    Variable filter = Variable.leaf(backend, backend.allocate(Shape.filter(6, 3, 4, 4)));
    assertRefused(
        "samples: there are no 2 samples from 0 on in filter 6x3x4x4",
        () -> Ops.samples(filter, 0, 2));
  }

  private static void assertRefused(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }
}
