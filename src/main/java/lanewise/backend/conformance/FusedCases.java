package lanewise.backend.conformance;

import static lanewise.backend.conformance.ConformanceCase.in;
import static lanewise.backend.conformance.ConformanceCase.out;
import static lanewise.backend.conformance.ConformanceCase.updated;

import java.util.ArrayList;
import java.util.List;
import lanewise.backend.Activation;
import lanewise.backend.AdamSpec;
import lanewise.backend.Shape;
import lanewise.backend.conformance.ConformanceCase.Fill;
import lanewise.backend.conformance.ConformanceCase.Operand;
import lanewise.backend.conformance.ConformanceCase.Tolerance;

/** biasActivation and adam. */
final class FusedCases {
  private static final Tolerance TOLERANCE = Tolerance.ofElement(1e-6, 1);

  private final List<ConformanceCase> cases = new ArrayList<>();

  static List<ConformanceCase> all() {
    FusedCases table = new FusedCases();
    for (Activation activation : NormCases.ACTIVATIONS) {
      for (int channels : ConformanceCases.SIZES) {
        table.biasActivation(Shape.of(2, channels, 5, 3), activation);
        table.biasActivation(Shape.matrix(3, channels), activation);
      }
      table.biasActivation(Shape.of(4, 64, 32, 32), activation);
    }
    for (int size : ConformanceCases.SIZES) {
      table.adam(Shape.vector(size), 1000);
    }
    table.adam(Shape.vector(1), 1);
    table.adam(Shape.filter(16, 13, 4, 4), 1);
    table.adam(Shape.vector(70_001), 7);
    table.firstAdamStep();
    return table.cases;
  }

  private void biasActivation(Shape shape, Activation activation) {
    Shape bias = Shape.vector(shape.c());
    cases.add(
        new ConformanceCase(
            "biasActivation " + activation + " " + shape,
            List.of(in(shape), in(bias)),
            List.of(out(shape)),
            TOLERANCE,
            (b, in, out) -> b.biasActivation(in[0], in[1], activation, out[0])));
    cases.add(
        new ConformanceCase(
            "biasActivation " + activation + " " + shape + " in place",
            List.of(in(bias)),
            List.of(updated(shape)),
            TOLERANCE,
            (b, in, out) -> b.biasActivation(out[0], in[0], activation, out[0])));
  }

  private void adam(Shape shape, long step) {
    AdamSpec spec = new AdamSpec(0.5, 0.999, 1e-8);
    cases.add(
        new ConformanceCase(
            "adam " + shape + ", step " + step,
            List.of(in(shape), rates(spec, 2e-4, step)),
            List.of(updated(shape), updated(shape), updated(shape, Fill.POSITIVE)),
            TOLERANCE,
            (b, in, out) -> b.adam(spec, in[1], out[0], in[0], out[1], out[2])));
  }

  private static Operand rates(AdamSpec spec, double lr, long step) {
    return in(AdamSpec.RATES, Fill.cycle(spec.rates(lr, step)));
  }

  /** From zero moments, with gradients from none at all to huge: a step of lr whatever they are. */
  private void firstAdamStep() {
    AdamSpec spec = new AdamSpec(0.9, 0.999, 1e-8);
    Shape shape = Shape.vector(37);
    cases.add(
        new ConformanceCase(
            "adam, the first step",
            List.of(in(shape, Fill.cycle(0, 1e-12f, -1e-6f, 1, -1e4f, 1e12f)), rates(spec, 0.1, 1)),
            List.of(
                updated(shape, Fill.cycle(1)),
                updated(shape, Fill.cycle(0)),
                updated(shape, Fill.cycle(0))),
            TOLERANCE,
            (b, in, out) -> b.adam(spec, in[1], out[0], in[0], out[1], out[2])));
  }
}
