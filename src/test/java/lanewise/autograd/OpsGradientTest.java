package lanewise.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import lanewise.autograd.GradientCheck.Operand;
import lanewise.backend.Activation;
import lanewise.backend.AxisMap;
import lanewise.backend.AxisOrder;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.ConvSpec;
import lanewise.backend.DropoutSpec;
import lanewise.backend.Interpolation;
import lanewise.backend.NormScope;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;
import lanewise.backend.PadMode;
import lanewise.backend.Padding;
import lanewise.backend.PoolSpec;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** First and second derivatives of every operation, on one backend, against differences. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class OpsGradientTest {
  private final String backendName;
  private Backend backend;

  OpsGradientTest(String backendName) {
    this.backendName = backendName;
  }

  /** An operation of the given operands. */
  record Case(String name, GradientCheck.Function f, List<Operand> at) {
    @Override
    public String toString() {
      return name;
    }
  }

  @BeforeAll
  void open() {
    backend = Backends.open(backendName);
  }

  @AfterAll
  void close() {
    backend.close();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void gradients(Case c) {
    new GradientCheck(backend, c.name.hashCode()).check(c.name, c.f, c.at, 2);
  }

  List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    arithmetic(cases);
    functionsOfOneElement(cases);
    reductionsAndShapes(cases);
    partsAndTheirComposition(cases);
    matrices(cases);
    convolutions(cases);
    norms(cases);
    resamplingAndLosses(cases);
    return cases;
  }

  private static void arithmetic(List<Case> cases) {
    Draw draw = new Draw(10);
    Shape full = Shape.of(2, 3, 4, 5);
    for (Shape other : List.of(full, Shape.vector(3), Shape.matrix(2, 3), Shape.scalar())) {
      Operand a = draw.uniform(full, 0.5, 2);
      Operand b = draw.uniform(other, 0.5, 2);
      String shapes = " " + full + " and " + other;
      cases.add(new Case("add" + shapes, v -> List.of(Ops.add(v.get(0), v.get(1))), List.of(a, b)));
      cases.add(new Case("sub" + shapes, v -> List.of(Ops.sub(v.get(0), v.get(1))), List.of(b, a)));
      cases.add(new Case("mul" + shapes, v -> List.of(Ops.mul(v.get(0), v.get(1))), List.of(a, b)));
      cases.add(new Case("div" + shapes, v -> List.of(Ops.div(v.get(0), v.get(1))), List.of(a, b)));
      cases.add(
          new Case("rdiv" + shapes, v -> List.of(Ops.div(v.get(1), v.get(0))), List.of(a, b)));
    }
  }

  private static void functionsOfOneElement(List<Case> cases) {
    Draw draw = new Draw(20);
    Shape shape = Shape.of(2, 3, 4, 5);
    Operand any = draw.normal(shape);
    Operand positive = draw.uniform(shape, 0.5, 3);
    Operand offZero = draw.offZero(shape);
    cases.add(unary("affine", x -> Ops.affine(x, -1.5f, 0.5f), any));
    cases.add(unary("neg", Ops::neg, any));
    cases.add(unary("exp", Ops::exp, any));
    cases.add(unary("log", Ops::log, positive));
    cases.add(unary("sqrt", Ops::sqrt, positive));
    cases.add(unary("reciprocal", Ops::reciprocal, positive));
    cases.add(unary("abs", Ops::abs, offZero));
    cases.add(unary("square", Ops::square, any));
    cases.add(unary("tanh", Ops::tanh, any));
    cases.add(unary("sigmoid", Ops::sigmoid, any));
    cases.add(unary("softplus", Ops::softplus, any));
    cases.add(unary("relu", Ops::relu, offZero));
    cases.add(unary("clip", x -> Ops.clip(x, 0, Float.POSITIVE_INFINITY), offZero));
    cases.add(unary("elu", x -> Ops.elu(x, 0.7f), offZero));
    cases.add(unary("selu", Ops::selu, offZero));
    cases.add(unary("hardSigmoid", Ops::hardSigmoid, any));
    cases.add(
        new Case(
            "prelu",
            v -> List.of(Ops.prelu(v.get(0), v.get(1))),
            List.of(offZero, draw.normal(Shape.vector(3)))));
    cases.add(unary("leakyRelu", x -> Ops.leakyRelu(x, 0.2f), offZero));
  }

  private static void reductionsAndShapes(List<Case> cases) {
    Draw draw = new Draw(30);
    Shape shape = Shape.of(2, 3, 4, 5);
    Operand any = draw.normal(shape);
    for (Shape reduced : List.of(Shape.scalar(), Shape.vector(3), Shape.matrix(2, 3))) {
      cases.add(unary("sum to " + reduced, x -> Ops.sum(x, reduced), any));
      cases.add(unary("expand " + reduced, x -> Ops.expand(x, shape), draw.normal(reduced)));
    }
    cases.add(unary("mean", Ops::mean, any));
    Operand column = draw.normal(Shape.matrix(12, 1));
    cases.add(unary("reshape", x -> Ops.reshape(x, Shape.matrix(3, 4)), column));
  }

  private static void partsAndTheirComposition(List<Case> cases) {
    Draw draw = new Draw(35);
    for (int[] sides : new int[][] {{4, 5}, {1, 1}}) {
      Operand five = draw.normal(Shape.of(4, 5, sides[0], sides[1]));
      Operand three = draw.normal(Shape.of(4, 3, sides[0], sides[1]));
      Operand one = draw.normal(Shape.of(4, 1, sides[0], sides[1]));
      String of = " of " + five.shape();
      cases.add(new Case("concat" + of, v -> List.of(Ops.concat(v)), List.of(three, one, five)));
      cases.add(unary("channels" + of, x -> Ops.channels(x, 1, 3), five));
      cases.add(unary("samples" + of, x -> Ops.samples(x, 1, 2), five));
      cases.add(unary("pack" + of, x -> Ops.pack(x, 2), five));
    }
    Operand images = draw.normal(Shape.of(4, 3, 4, 5));
    cases.add(unary("stackImages", x -> Ops.stackImages(x, 2), images));
    cases.add(unary("cutImages", x -> Ops.cutImages(x, 2), images));
    // What is shared by several results, and what is used whole and in parts.
    cases.add(
        unary(
            "overlapping parts",
            x -> Ops.concat(List.of(Ops.channels(x, 1, 2), x, Ops.square(Ops.channels(x, 0, 2)))),
            draw.normal(Shape.of(3, 3, 2, 2))));
    cases.add(
        unary(
            "overlapping samples",
            x -> Ops.mul(Ops.samples(x, 0, 2), Ops.samples(x, 1, 2)),
            draw.normal(Shape.of(3, 3, 2, 2))));
  }

  private static void matrices(List<Case> cases) {
    Draw draw = new Draw(40);
    for (boolean ta : new boolean[] {false, true}) {
      for (boolean tb : new boolean[] {false, true}) {
        cases.add(
            new Case(
                "matmul " + ta + " " + tb,
                v -> List.of(Ops.matmul(v.get(0), ta, v.get(1), tb)),
                List.of(
                    draw.normal(ta ? Shape.matrix(5, 3) : Shape.matrix(3, 5)),
                    draw.normal(tb ? Shape.matrix(4, 5) : Shape.matrix(5, 4)))));
      }
    }
    Operand image = draw.normal(Shape.of(2, 3, 4, 5));
    Operand other = draw.normal(Shape.of(2, 2, 4, 5));
    Operand matrices = draw.normal(Shape.of(2, 2, 3, 1));
    cases.add(
        new Case(
            "channelProducts",
            v -> List.of(Ops.channelProducts(v.get(0), v.get(1))),
            List.of(image, other)));
    cases.add(unary("channelProducts of itself", x -> Ops.channelProducts(x, x), image));
    cases.add(
        new Case(
            "mixChannels",
            v -> List.of(Ops.mixChannels(v.get(0), v.get(1), false)),
            List.of(image, matrices)));
    cases.add(
        new Case(
            "mixChannels, transposed",
            v -> List.of(Ops.mixChannels(v.get(0), v.get(1), true)),
            List.of(other, matrices)));
  }

  private static void convolutions(List<Case> cases) {
    Draw draw = new Draw(50);
    Operand image = draw.normal(Shape.of(2, 4, 7, 6));
    convolution(cases, draw, image, ConvSpec.of(1, 1), Shape.filter(3, 4, 3, 3));
    convolution(cases, draw, image, ConvSpec.of(2, 1), Shape.filter(3, 4, 4, 4));
    ConvSpec strange = new ConvSpec(2, 1, 1, 2, 1, 2, 2);
    convolution(cases, draw, image, strange, Shape.filter(6, 2, 3, 2));
    Operand bias = Draw.alternating(Shape.vector(4), 3);
    Operand small = draw.uniform(Shape.of(2, 4, 3, 3), -1, 1);
    Activation leaky = Activation.leakyRelu(0.2f);
    cases.add(
        new Case(
            "biasActivation",
            v -> List.of(Functional.biasActivation(v.get(0), v.get(1), leaky)),
            List.of(small, bias)));
    Operand filter = draw.normal(Shape.filter(4, 4, 3, 3), 0.5);
    cases.add(
        new Case(
            "biasActivationInPlace",
            v ->
                List.of(
                    Functional.biasActivationInPlace(
                        Functional.conv2d(v.get(0), v.get(1), ConvSpec.of(1, 1)), v.get(2), leaky)),
            List.of(small, filter, bias)));
    cases.add(
        new Case(
            "leakyReluInPlace",
            v ->
                List.of(
                    Ops.leakyReluInPlace(
                        Functional.conv2d(v.get(0), v.get(1), ConvSpec.of(1, 1)), leaky)),
            List.of(small, filter)));
  }

  private static void convolution(
      List<Case> cases, Draw draw, Operand x, ConvSpec spec, Shape filter) {
    Operand w = draw.normal(filter, 0.5);
    Operand y = draw.normal(spec.outputShape(x.shape(), filter));
    cases.add(
        new Case(
            "conv2d " + spec,
            v -> List.of(Functional.conv2d(v.get(0), v.get(1), spec)),
            List.of(x, w)));
    cases.add(
        new Case(
            "convTranspose2d " + spec,
            v -> List.of(Functional.convTranspose2d(v.get(0), v.get(1), spec, x.shape())),
            List.of(y, w)));
  }

  private void norms(List<Case> cases) {
    Draw draw = new Draw(60);
    Shape shape = Shape.of(3, 4, 3, 5);
    Operand x = draw.normal(shape, 2);
    for (NormScope scope :
        List.of(NormScope.BATCH, NormScope.INSTANCE, NormScope.LAYER, new NormScope.Group(2))) {
      cases.add(norm(scope, "", Source.INPUT, List.of(x)));
      for (Shape affine : List.of(Shape.vector(4), Shape.matrix(3, 4))) {
        Operand gamma = draw.uniform(affine, 0.5, 1.5);
        Operand beta = Draw.alternating(affine, 9); // no element near the kink
        cases.add(norm(scope, " affine " + affine, Source.INPUT, List.of(x, gamma, beta)));
        cases.add(norm(scope, " running " + affine, Source.GIVEN, List.of(x, gamma, beta)));
      }
    }
  }

  private Case norm(NormScope scope, String suffix, Source source, List<Operand> at) {
    Activation activation = at.size() == 1 ? Activation.NONE : Activation.leakyRelu(0.2f);
    NormSpec spec = new NormSpec(scope, 1e-3f, activation);
    return new Case(
        scope + suffix,
        v -> {
          Shape table = scope.tableShape(v.getFirst().shape());
          Moments moments = new Moments(backend.allocate(table), backend.allocate(table), source);
          backend.fill(moments.mean(), 0.3f);
          backend.fill(moments.variance(), 2);
          return List.of(
              v.size() == 1
                  ? Functional.norm(spec, v.getFirst(), null, null, moments)
                  : Functional.norm(spec, v.get(0), v.get(1), v.get(2), moments));
        },
        at);
  }

  private void resamplingAndLosses(List<Case> cases) {
    Draw draw = new Draw(70);
    Operand image = draw.normal(Shape.of(2, 3, 4, 5));
    cases.add(unary("upsampleNearest", x -> Functional.upsampleNearest(x, 3), image));
    Padding padding = new Padding(1, 3, 2, 0);
    cases.add(unary("reflectPad", x -> Functional.reflectPad(x, padding), image));
    AxisMap rows = Interpolation.BICUBIC.map(4, 6);
    AxisMap columns = AxisMap.pad(5, -1, 3, PadMode.EDGE);
    cases.add(unary("resample", x -> Functional.resample(x, rows, columns), image));
    cases.add(unary("resize", x -> Functional.resize(x, 3, 9, Interpolation.BILINEAR), image));
    cases.add(unary("zero pad", x -> Functional.pad(x, padding, PadMode.ZERO), image));
    cases.add(unary("crop", x -> Functional.crop(x, 1, 2, 3, 2), image));
    cases.add(
        unary("averagePool", x -> Functional.averagePool(x, PoolSpec.of(3, 2, 1), false), image));
    AxisOrder order = AxisOrder.of(new int[] {2, 4, 5, 3}, 2, 0, 3, 1);
    cases.add(unary("permute", x -> Ops.permute(x, order, Shape.of(5, 4, 2, 3)), image));
    cases.add(unary("flatten", Ops::flatten, image));
    // No two elements of a window as near to each other as a step is long.
    Operand apart = draw.shuffled(Shape.of(1, 2, 4, 5));
    cases.add(unary("maxPool", x -> Functional.maxPool(x, PoolSpec.of(2, 2, 0)), apart));
    cases.add(
        unary("overlapping maxPool", x -> Functional.maxPool(x, PoolSpec.of(3, 1, 1)), apart));
    Operand logits = draw.normal(Shape.matrix(7, 1), 2);
    Operand targets = draw.uniform(Shape.matrix(7, 1), 0, 1);
    cases.add(unary("dropout", this::dropout, image));
    cases.add(
        new Case(
            "mseLoss",
            v -> List.of(Functional.mseLoss(v.get(0), v.get(1))),
            List.of(logits, targets)));
    cases.add(
        new Case(
            "bceWithLogits",
            v -> List.of(Functional.bceWithLogits(v.get(0), v.get(1))),
            List.of(logits, targets)));
  }

  private Variable dropout(Variable x) {
    Tensor key = backend.allocate(DropoutSpec.KEY);
    backend.upload(DropoutSpec.key(7), key);
    return Functional.dropout(x, new DropoutSpec(0.3f, 5), key);
  }

  private static Case unary(String name, UnaryOperator<Variable> f, Operand x) {
    return new Case(name, v -> List.of(f.apply(v.getFirst())), List.of(x));
  }
}
