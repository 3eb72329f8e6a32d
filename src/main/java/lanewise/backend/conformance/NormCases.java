package lanewise.backend.conformance;

import static lanewise.backend.conformance.ConformanceCase.in;
import static lanewise.backend.conformance.ConformanceCase.out;

import java.util.ArrayList;
import java.util.List;
import lanewise.backend.Activation;
import lanewise.backend.NormScope;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.conformance.ConformanceCase.Fill;
import lanewise.backend.conformance.ConformanceCase.Operand;
import lanewise.backend.conformance.ConformanceCase.Tolerance;

/** normForward and normBackward. */
final class NormCases {
  static final List<Activation> ACTIVATIONS =
      List.of(Activation.NONE, Activation.RELU, Activation.leakyRelu(0.2f));

  private static final float EPS = 1e-5f;

  /** Gamma and beta by their shapes: none, one of both, per channel, per sample and channel. */
  private enum Parameters {
    NONE,
    GAMMA,
    BETA,
    AFFINE,
    PER_SAMPLE;

    Shape shape(Shape x) {
      return this == PER_SAMPLE ? Shape.matrix(x.n(), x.c()) : Shape.vector(x.c());
    }

    boolean hasGamma() {
      return this != NONE && this != BETA;
    }

    boolean hasBeta() {
      return this != NONE && this != GAMMA;
    }
  }

  /** Which gradients the caller asks for. */
  private record Wanted(boolean dx, boolean gamma, boolean beta) {
    static final Wanted ALL = new Wanted(true, true, true);

    @Override
    public String toString() {
      return (dx ? " dx" : "") + (gamma ? " dgamma" : "") + (beta ? " dbeta" : "");
    }
  }

  /**
   * What the forward and the backward cases share.
   *
   * @param center mean of x, around which it has standard deviation 1
   */
  private record Setup(NormSpec spec, Shape x, float center, Parameters parameters, Source source) {

    boolean given() {
      return source == Source.GIVEN;
    }

    Shape table() {
      return spec.scope().tableShape(x);
    }

    /** x, gamma and beta. */
    List<Operand> inputs() {
      List<Operand> inputs = new ArrayList<>(List.of(in(x, Fill.around(center))));
      if (parameters.hasGamma()) {
        inputs.add(in(parameters.shape(x), Fill.around(1)));
      }
      if (parameters.hasBeta()) {
        inputs.add(in(parameters.shape(x)));
      }
      return inputs;
    }

    Affine affine(Tensor[] in) {
      Tensor gamma = parameters.hasGamma() ? in[1] : null;
      Tensor beta = parameters.hasBeta() ? in[parameters.hasGamma() ? 2 : 1] : null;
      return new Affine(gamma, beta);
    }

    List<Operand> givenMoments() {
      return List.of(in(table()), in(table(), Fill.POSITIVE));
    }

    /** The last two inputs. */
    Moments givenMoments(Tensor[] in) {
      return new Moments(in[in.length - 2], in[in.length - 1], source);
    }

    /**
     * Far from 0, floats are far from each other, and so is the mean from its nearest: by 3e-5 at
     * 1000, where E[x^2] - E[x]^2 would be off by 0.1.
     */
    Tolerance tolerance() {
      return Tolerance.ofScale(Math.abs(center) >= 1000 ? 5e-4 : 2e-5);
    }

    @Override
    public String toString() {
      return "%s %s around %s, %s, %s, %s"
          .formatted(spec.scope(), x, center, parameters, spec.activation(), source);
    }
  }

  private final List<ConformanceCase> cases = new ArrayList<>();

  static List<ConformanceCase> all() {
    NormCases table = new NormCases();
    table.variants();
    table.sizes();
    table.offsets();
    table.partsOfTheGradient();
    return table.cases;
  }

  private static List<NormScope> scopes(int channels) {
    int groups = 1;
    for (int divisor = 2; divisor <= 4; divisor++) {
      groups = channels % divisor == 0 ? divisor : groups;
    }
    return List.of(
        NormScope.BATCH, NormScope.INSTANCE, NormScope.LAYER, new NormScope.Group(groups));
  }

  private void variants() {
    Shape x = Shape.of(3, 6, 5, 9);
    for (NormScope scope : scopes(x.c())) {
      for (Parameters parameters : Parameters.values()) {
        for (Activation activation : ACTIVATIONS) {
          for (Source source : Source.values()) {
            NormSpec spec = new NormSpec(scope, EPS, activation);
            both(new Setup(spec, x, 0, parameters, source));
          }
        }
      }
    }
  }

  private void sizes() {
    List<Shape> shapes = new ArrayList<>();
    for (int channels : ConformanceCases.SIZES) {
      shapes.add(Shape.of(2, channels, 7, 7));
      shapes.add(Shape.of(1, channels, 5, 9));
    }
    shapes.add(Shape.of(4, 64, 32, 32));
    shapes.add(Shape.of(4, 3, 33, 31));
    shapes.add(Shape.of(8, 256, 4, 4));
    for (Shape x : shapes) {
      for (NormScope scope : scopes(x.c())) {
        NormSpec spec = new NormSpec(scope, EPS, Activation.leakyRelu(0.2f));
        both(new Setup(spec, x, 0.5f, Parameters.AFFINE, Source.INPUT));
      }
    }
    for (int channels : ConformanceCases.SIZES) {
      Shape x = Shape.matrix(13, channels);
      NormSpec batch = new NormSpec(NormScope.BATCH, EPS, Activation.RELU);
      both(new Setup(batch, x, 0, Parameters.AFFINE, Source.INPUT));
      both(new Setup(batch, x, 0, Parameters.AFFINE, Source.GIVEN));
      if (channels >= 13) {
        NormSpec layer = new NormSpec(NormScope.LAYER, EPS, Activation.NONE);
        both(new Setup(layer, x, 0, Parameters.AFFINE, Source.INPUT));
      }
    }
  }

  /** Without an activation: at its kink the gradient would hang on the last bit of the mean. */
  private void offsets() {
    for (Shape x : List.of(Shape.of(2, 6, 7, 7), Shape.of(4, 64, 16, 16), Shape.of(4, 3, 9, 9))) {
      for (NormScope scope : scopes(x.c())) {
        for (float center : new float[] {1000, -1000}) {
          NormSpec spec = new NormSpec(scope, EPS, Activation.NONE);
          both(new Setup(spec, x, center, Parameters.AFFINE, Source.INPUT));
        }
      }
    }
  }

  private void partsOfTheGradient() {
    Shape x = Shape.of(3, 6, 5, 9);
    List<Wanted> parts =
        List.of(
            new Wanted(true, false, false),
            new Wanted(false, true, false),
            new Wanted(false, false, true),
            new Wanted(false, true, true));
    for (NormScope scope : scopes(x.c())) {
      for (Source source : Source.values()) {
        for (Wanted wanted : parts) {
          NormSpec spec = new NormSpec(scope, EPS, Activation.leakyRelu(0.2f));
          backward(new Setup(spec, x, 0, Parameters.AFFINE, source), wanted);
        }
      }
    }
  }

  private void both(Setup setup) {
    forward(setup);
    backward(setup, Wanted.ALL);
  }

  private void forward(Setup setup) {
    List<Operand> inputs = setup.inputs();
    List<Operand> outputs = new ArrayList<>(List.of(out(setup.x())));
    if (setup.given()) {
      inputs.addAll(setup.givenMoments());
    } else {
      outputs.addAll(List.of(out(setup.table()), out(setup.table())));
    }
    cases.add(
        new ConformanceCase(
            "normForward " + setup,
            inputs,
            outputs,
            setup.tolerance(),
            (b, in, out) -> {
              Moments moments =
                  setup.given()
                      ? setup.givenMoments(in)
                      : new Moments(out[1], out[2], setup.source());
              b.normForward(setup.spec(), in[0], setup.affine(in), moments, out[0]);
            }));
  }

  /** Moments of the input are those that the backend's own forward pass leaves. */
  private void backward(Setup setup, Wanted wanted) {
    Parameters parameters = setup.parameters();
    boolean gamma = wanted.gamma() && parameters.hasGamma();
    boolean beta = wanted.beta() && parameters.hasBeta();
    List<Operand> inputs = setup.inputs();
    int dy = inputs.size();
    inputs.add(in(setup.x()));
    if (setup.given()) {
      inputs.addAll(setup.givenMoments());
    }
    List<Operand> outputs = new ArrayList<>();
    if (wanted.dx()) {
      outputs.add(out(setup.x()));
    }
    if (gamma) {
      outputs.add(out(parameters.shape(setup.x())));
    }
    if (beta) {
      outputs.add(out(parameters.shape(setup.x())));
    }
    cases.add(
        new ConformanceCase(
            "normBackward" + wanted + " " + setup,
            inputs,
            outputs,
            setup.tolerance(),
            (b, in, out) -> {
              Affine affine = setup.affine(in);
              Moments moments;
              if (setup.given()) {
                moments = setup.givenMoments(in);
              } else {
                Shape table = setup.table();
                moments = new Moments(b.allocate(table), b.allocate(table), setup.source());
                b.normForward(setup.spec(), in[0], affine, moments, b.allocate(setup.x()));
              }
              int next = 0;
              Tensor dx = wanted.dx() ? out[next++] : null;
              Tensor dgamma = gamma ? out[next++] : null;
              Tensor dbeta = beta ? out[next] : null;
              Affine gradients = new Affine(dgamma, dbeta);
              b.normBackward(setup.spec(), in[0], in[dy], affine, moments, dx, gradients);
            }));
  }
}
