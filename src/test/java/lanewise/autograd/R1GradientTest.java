package lanewise.autograd;

import java.util.List;
import lanewise.autograd.GradientCheck.Operand;
import lanewise.backend.Activation;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.ConvSpec;
import lanewise.backend.NormScope;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;
import lanewise.backend.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The gradient of the R1 penalty, itself made of a gradient, of a discriminator of convolutions,
 * LeakyReLU and each norm.
 *
 * <p>Biases put every channel wholly above or wholly below zero: R1 jumps where a unit crosses the
 * kink of LeakyReLU, and a difference across a jump says nothing.
 */
abstract class R1GradientTest {
  private static final Activation LEAKY = Activation.leakyRelu(0.2f);

  private final Backend backend;

  R1GradientTest(String backendName) {
    backend = Backends.open(backendName);
  }

  @AfterEach
  void close() {
    backend.close();
  }

  static List<NormScope> scopes() {
    return List.of(NormScope.BATCH, NormScope.INSTANCE, NormScope.LAYER, new NormScope.Group(3));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scopes")
  void gradientOfPenalty(NormScope scope) {
    Draw draw = new Draw(1);
    List<Operand> at =
        List.of(
            draw.uniform(Shape.of(3, 2, 8, 8), -1, 1),
            draw.normal(Shape.filter(4, 2, 3, 3), 0.2),
            Draw.alternating(Shape.vector(4), 4),
            draw.normal(Shape.filter(6, 4, 4, 4), 0.2),
            draw.uniform(Shape.vector(6), 0.5, 1.5),
            Draw.alternating(Shape.vector(6), 9),
            draw.normal(Shape.filter(1, 6, 4, 4), 0.2));
    new GradientCheck(backend, 2).check("R1", v -> List.of(r1(scope, v)), at, 1);
  }

  /** Half the mean over the samples of {@code |grad_x D(x)|^2}. */
  private Variable r1(NormScope scope, List<Variable> v) {
    Variable x = v.getFirst();
    Variable logits = discriminate(scope, v);
    Variable sum = Ops.sum(logits, Shape.scalar());
    Variable gradient = Gradients.of(sum, List.of(x), true).getFirst();
    Variable squares = Ops.sum(Ops.square(gradient), Shape.scalar());
    return Ops.affine(squares, 0.5f / x.shape().n(), 0);
  }

  private Variable discriminate(NormScope scope, List<Variable> v) {
    Variable first = Functional.conv2d(v.get(0), v.get(1), ConvSpec.of(1, 1));
    Variable active = Functional.biasActivation(first, v.get(2), LEAKY);
    Variable second = Functional.conv2d(active, v.get(3), ConvSpec.of(2, 1));
    Shape table = scope.tableShape(second.shape());
    Moments moments = new Moments(backend.allocate(table), backend.allocate(table), Source.INPUT);
    NormSpec spec = new NormSpec(scope, 1e-5f, LEAKY);
    Variable normal = Functional.norm(spec, second, v.get(4), v.get(5), moments);
    return Functional.conv2d(normal, v.get(6), ConvSpec.of(1, 0));
  }
}
