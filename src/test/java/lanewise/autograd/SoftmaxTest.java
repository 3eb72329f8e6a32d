package lanewise.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import lanewise.autograd.GradientCheck.Operand;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Softmax beside PyTorch 1.13, in float64:
 *
 * <pre>{@code
 * x = torch.tensor([[0.5, -1.25, 3, 0], [1000, 999, -1000, 0], [-2, -2, -2, -2]],
 *                  dtype=torch.float64, requires_grad=True)
 * loss = F.cross_entropy(x, torch.tensor([2, 1, 0]))
 * print(F.log_softmax(x, 1), loss, torch.autograd.grad(loss, x))
 * p = torch.tensor([[0.25, 0.25, 0.5, 0], [1, 0, 0, 0], [0.1, 0.2, 0.3, 0.4]])
 * print(F.cross_entropy(x, p.double()))
 * }</pre>
 */
class SoftmaxTest {
  private static final float[] LOGITS = {0.5f, -1.25f, 3, 0, 1000, 999, -1000, 0, -2, -2, -2, -2};
  private static final float[] CLASSES = {0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0};

  private static float[] read(Variable v) {
    float[] values = new float[v.shape().size()];
    v.backend().read(v.tensor(), values);
    return values;
  }

  private static Variable upload(Backend backend, boolean leaf, float... values) {
    Tensor tensor = backend.allocate(Shape.matrix(values.length / 4, 4));
    backend.upload(values, tensor);
    return leaf ? Variable.leaf(backend, tensor) : Variable.constant(backend, tensor);
  }

  @ParameterizedTest
  @ValueSource(strings = {"scalar", "simd"})
  void agreesWithPytorch(String name) {
    try (Backend backend = Backends.open(name);
        Scope _ = backend.scope()) {
      Variable logits = upload(backend, true, LOGITS);
      float[] expected = {
        -2.6363965474337765f, -4.386396547433776f, -0.13639654743377647f, -3.1363965474337765f,
        -0.31326168751822286f, -1.3132616875182228f, -2000.3132616875182f, -1000.3132616875182f,
        -1.3862943611198906f, -1.3862943611198906f, -1.3862943611198906f, -1.3862943611198906f
      };
      assertArrayEquals(expected, read(Softmax.logSoftmax(logits)), 5e-7f);
      Variable loss = Softmax.crossEntropy(logits, upload(backend, false, CLASSES));
      assertEquals(0.9453175320239633f, loss.item(), 5e-7f);
      float[] gradient = {
        0.023872960123907085f, 0.004148498422566564f, -0.04250114079972037f, 0.014479682253246758f,
        0.2436861928766683f, -0.2436861928766683f, 0, 0,
        -0.25f, 0.08333333333333333f, 0.08333333333333333f, 0.08333333333333333f
      };
      Variable computed = Gradients.of(loss, List.of(logits), false).getFirst();
      assertArrayEquals(gradient, read(computed), 1e-7f);
      Variable shares =
          upload(backend, false, 0.25f, 0.25f, 0.5f, 0, 1, 0, 0, 0, 0.1f, 0.2f, 0.3f, 0.4f);
      assertEquals(1.17448419869063f, Softmax.crossEntropy(logits, shares).item(), 5e-7f);
    }
  }

  @Test
  void gradientsOfFirstAndSecondOrder() {
    try (Backend backend = Backends.open("scalar")) {
      Draw draw = new Draw(5);
      Operand logits = draw.normal(Shape.matrix(3, 5), 2);
      new GradientCheck(backend, 1)
          .check("logSoftmax", v -> List.of(Softmax.logSoftmax(v.getFirst())), List.of(logits), 2);
    }
  }

  @Test
  void refusesImages() {
    try (Backend backend = Backends.open("scalar");
        Scope _ = backend.scope()) {
      Variable image = Variable.leaf(backend, backend.allocate(Shape.of(1, 3, 2, 2)));
      assertThrows(IllegalArgumentException.class, () -> Softmax.logSoftmax(image));
    }
  }
}
