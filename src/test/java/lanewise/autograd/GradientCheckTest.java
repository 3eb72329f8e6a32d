package lanewise.autograd;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import lanewise.autograd.GradientCheck.Operand;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** That the checker itself tells wrong gradients from right ones. */
class GradientCheckTest {
  private static final List<Operand> X = List.of(new Draw(1).normal(Shape.of(2, 3, 4, 5)));

  private final Backend backend = Backends.open("scalar");

  @AfterEach
  void close() {
    backend.close();
  }

  private void check(GradientCheck.Function f, int order) {
    new GradientCheck(backend, 1).check("f", f, X, order);
  }

  @Test
  void acceptsRightGradients() {
    check(x -> List.of(Ops.tanh(Ops.square(x.getFirst()))), 3);
  }

  @Test
  void rejectsAGradientThatIsWrongByOnePartInAThousand() {
    AssertionError error = assertThrows(AssertionError.class, () -> check(wrongBy(1e-3f), 1));
    assertTrue(error.getMessage().startsWith("f: the slope is"), error.getMessage());
  }

  @Test
  void rejectsAMissingFactorOfTwo() {
    assertThrows(
        AssertionError.class,
        () -> check(x -> List.of(Ops.mul(x.getFirst(), x.getFirst().detach())), 1));
  }

  /** A gradient that has the right value but is no function of x any more. */
  @Test
  void rejectsAWrongGradientOfARightGradient() {
    GradientCheck.Function f =
        all -> {
          Variable x = all.getFirst();
          Variable constant = x.detach();
          Variable doubled = Ops.affine(Ops.mul(x, constant), 2, 0);
          return List.of(Ops.sub(doubled, Ops.square(constant)));
        };
    check(f, 1);
    AssertionError error = assertThrows(AssertionError.class, () -> check(f, 2));
    assertTrue(error.getMessage().startsWith("the gradient of f"), error.getMessage());
  }

  /** The value is x; the gradient 1 + error. */
  private static GradientCheck.Function wrongBy(float error) {
    return all -> {
      Variable x = all.getFirst();
      return List.of(Ops.sub(Ops.affine(x, 1 + error, 0), Ops.affine(x.detach(), error, 0)));
    };
  }
}
