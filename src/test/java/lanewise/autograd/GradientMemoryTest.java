package lanewise.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import lanewise.backend.BackendOptions;
import lanewise.backend.ConvSpec;
import lanewise.backend.PooledBackend;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.scalar.ScalarProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How long the gradients of a backward pass keep their memory. */
class GradientMemoryTest {
  private static final Shape SHAPE = Shape.of(2, 4, 8, 8);
  private static final long BYTES = SHAPE.size() * (long) Float.BYTES;

  private final PooledBackend backend =
      (PooledBackend) new ScalarProvider().open(BackendOptions.ofThreads(1));

  @AfterEach
  void close() {
    backend.close();
  }

  @Test
  void aLongPassHoldsTwoGradientsAtATime() {
    Variable x = leaf(0.5f);
    Variable y = x;
    for (int i = 0; i < 20; i++) {
      y = Ops.neg(y);
    }
    Variable dy = constant(3);
    long before = backend.pooledBytes();
    Variable dx = Gradients.of(y, dy, List.of(x), false).getFirst();
    assertEquals(before + 2 * BYTES, backend.pooledBytes());
    assertAll(3, dx);
    assertAll(3, dy);
  }

  @Test
  void whatSeveralGradientsShareIsHeldAsLongAsOneIsNeeded() {
    Variable x = leaf(1);
    Variable a = Ops.neg(x);
    Variable b = Ops.add(a, Ops.add(x, Ops.neg(a)));
    Variable y = Ops.neg(b);
    List<Variable> gradients = Gradients.of(y, constant(5), List.of(x, a, b), false);
    assertAll(-5, gradients.get(0));
    assertAll(0, gradients.get(1));
    assertAll(-5, gradients.get(2));
  }

  @Test
  void aViewKeepsWhatItIsPartOf() {
    Variable x = Variable.leaf(backend, filled(Shape.matrix(1, 6), 2));
    Variable y = Ops.neg(Ops.neg(Ops.reshape(x, Shape.of(6, 1, 1, 1))));
    Variable dy = Variable.constant(backend, filled(y.shape(), 7));
    assertAll(7, Gradients.of(y, dy, List.of(x), false).getFirst());
  }

  @Test
  void gradientsOutliveThePassInTheScopeOfTheCaller() {
    Variable x = leaf(2);
    try (Scope outer = backend.scope()) {
      Variable loss = Ops.mean(Ops.square(x));
      Variable dx = Gradients.of(loss, List.of(x), false).getFirst();
      assertAll(4f / SHAPE.size(), dx);
      outer.release(dx.tensor());
    }
  }

  @Test
  void aGradientIsComputedInItsTarget() {
    Variable x = Variable.constant(backend, filled(Shape.of(1, 64, 2, 2), 1));
    Variable w = Variable.leaf(backend, filled(Shape.filter(32, 64, 2, 2), 0.5f));
    Variable unused = leaf(1);
    Tensor dw = filled(w.shape(), 100);
    Tensor dunused = filled(SHAPE, 100);
    List<Tensor> targets = List.of(dw, dunused);
    Variable once = Ops.sum(Functional.conv2d(x, w, ConvSpec.of(1, 0)), Shape.scalar());
    Variable twice =
        Ops.add(once, Ops.sum(Functional.conv2d(x, w, ConvSpec.of(1, 0)), once.shape()));
    long before = backend.pooledBytes();
    Gradients.write(once, List.of(w, unused), targets, false);
    assertTrue(backend.pooledBytes() - before < w.shape().size() * (long) Float.BYTES);
    assertAll(1, dw);
    assertAll(0, dunused);
    Gradients.write(twice, List.of(w, unused), targets, true);
    assertAll(3, dw);
    assertAll(0, dunused);
    Gradients.write(twice, List.of(w, unused), targets, false);
    assertAll(2, dw);
  }

  @Test
  void anActivationOverwritesTheGradientThatOnlyItNeeds() {
    Variable x = leaf(-1);
    Variable dy = constant(3);
    Variable y = x;
    for (int i = 0; i < 20; i++) {
      y = Ops.leakyRelu(y, 0.5f);
    }
    long before = backend.pooledBytes();
    assertAll(3 / (float) (1 << 20), Gradients.of(y, dy, List.of(x), false).getFirst());
    assertEquals(before + BYTES, backend.pooledBytes());
    assertAll(3, dy);
  }

  @Test
  void anActivationSparesAGradientThatOthersNeed() {
    Variable x = leaf(-1);
    Variable a = Ops.neg(x);
    Variable b = Ops.leakyRelu(x, 0.5f);
    Variable c = Ops.add(a, b);
    Variable y = Ops.leakyRelu(Ops.leakyRelu(c, 0.5f), 0.25f);
    List<Variable> gradients = Gradients.of(y, constant(8), List.of(x, a, b, c), false);
    assertAll(-4, gradients.get(0));
    assertAll(8, gradients.get(1));
    assertAll(8, gradients.get(2));
    assertAll(8, gradients.get(3));
  }

  @Test
  void aGradientThatIsHandedOnIsCopiedToItsTarget() {
    Variable x = leaf(1);
    Tensor dx = filled(SHAPE, 100);
    Gradients.write(Ops.sum(Ops.neg(x), Shape.scalar()), List.of(x), List.of(dx), false);
    assertAll(-1, dx);
    Variable loss = Ops.sum(Ops.add(x, Ops.neg(Ops.neg(x))), Shape.scalar());
    Gradients.write(loss, List.of(x), List.of(dx), true);
    assertAll(1, dx);
  }

  private Variable leaf(float value) {
    return Variable.leaf(backend, filled(SHAPE, value));
  }

  private Variable constant(float value) {
    return Variable.constant(backend, filled(SHAPE, value));
  }

  private Tensor filled(Shape shape, float value) {
    Tensor tensor = backend.allocate(shape);
    backend.fill(tensor, value);
    return tensor;
  }

  private void assertAll(float expected, Variable v) {
    assertAll(expected, v.tensor());
  }

  private void assertAll(float expected, Tensor tensor) {
    float[] all = new float[tensor.shape().size()];
    Arrays.fill(all, expected);
    float[] values = new float[all.length];
    backend.read(tensor, values);
    assertArrayEquals(all, values);
  }
}
