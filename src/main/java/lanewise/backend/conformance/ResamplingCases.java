package lanewise.backend.conformance;

import static lanewise.backend.conformance.ConformanceCase.in;
import static lanewise.backend.conformance.ConformanceCase.out;

import java.util.ArrayList;
import java.util.List;
import lanewise.backend.Padding;
import lanewise.backend.Shape;
import lanewise.backend.conformance.ConformanceCase.Tolerance;

/** Nearest upsampling, reflection padding and their adjoints. */
final class ResamplingCases {
  private static final Tolerance SUM = Tolerance.ofScale(1e-6);

  private final List<ConformanceCase> cases = new ArrayList<>();

  static List<ConformanceCase> all() {
    ResamplingCases table = new ResamplingCases();
    for (int channels : ConformanceCases.SIZES) {
      table.upsample(2, Shape.of(2, channels, 5, 3));
      table.pad(new Padding(1, 1, 1, 1), Shape.of(2, channels, 5, 3));
    }
    for (int factor = 1; factor <= 4; factor++) {
      table.upsample(factor, Shape.of(1, 3, 7, 7));
      table.upsample(factor, Shape.of(3, 16, 1, 1));
    }
    table.upsample(2, Shape.of(4, 64, 16, 16));
    table.pad(new Padding(0, 0, 0, 0), Shape.of(1, 3, 1, 1));
    table.pad(new Padding(1, 2, 3, 4), Shape.of(3, 5, 5, 9));
    table.pad(new Padding(0, 6, 6, 0), Shape.of(1, 17, 7, 7));
    table.pad(new Padding(6, 6, 6, 6), Shape.of(1, 3, 7, 7));
    table.pad(Padding.all(3), Shape.of(2, 3, 16, 16));
    table.pad(Padding.all(1), Shape.of(4, 64, 16, 16));
    return table.cases;
  }

  private void upsample(int factor, Shape small) {
    Shape large = Shape.of(small.n(), small.c(), small.h() * factor, small.w() * factor);
    cases.add(
        new ConformanceCase(
            "upsampleNearest by " + factor + ", " + small,
            List.of(in(small)),
            List.of(out(large)),
            Tolerance.EXACT,
            (b, in, out) -> b.upsampleNearest(factor, in[0], out[0])));
    cases.add(
        new ConformanceCase(
            "upsampleNearestAdjoint by " + factor + ", " + small,
            List.of(in(large)),
            List.of(out(small)),
            SUM,
            (b, in, out) -> b.upsampleNearestAdjoint(factor, in[0], out[0])));
  }

  private void pad(Padding padding, Shape small) {
    Shape large = padding.pad(small);
    cases.add(
        new ConformanceCase(
            "reflectPad " + padding + ", " + small,
            List.of(in(small)),
            List.of(out(large)),
            Tolerance.EXACT,
            (b, in, out) -> b.reflectPad(padding, in[0], out[0])));
    cases.add(
        new ConformanceCase(
            "reflectPadAdjoint " + padding + ", " + small,
            List.of(in(large)),
            List.of(out(small)),
            SUM,
            (b, in, out) -> b.reflectPadAdjoint(padding, in[0], out[0])));
  }
}
