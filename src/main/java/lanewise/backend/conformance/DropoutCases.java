package lanewise.backend.conformance;

import static lanewise.backend.conformance.ConformanceCase.in;
import static lanewise.backend.conformance.ConformanceCase.sum;

import java.util.ArrayList;
import java.util.List;
import lanewise.backend.DropoutSpec;
import lanewise.backend.Shape;
import lanewise.backend.conformance.ConformanceCase.Fill;
import lanewise.backend.conformance.ConformanceCase.Tolerance;

/** Masks of dropouts: the same bits on every engine. */
final class DropoutCases {
  private final List<ConformanceCase> cases = new ArrayList<>();

  static List<ConformanceCase> all() {
    DropoutCases table = new DropoutCases();
    for (int channels : ConformanceCases.SIZES) {
      table.draw(new DropoutSpec(0.5f, channels), 0x0123_4567_89ab_cdefL, channels, 5, 7);
    }
    table.draw(new DropoutSpec(0.1f, -1), -1, 64, 33, 35);
    table.draw(new DropoutSpec(0.9f, 0), 0, 512, 8, 8);
    table.draw(new DropoutSpec(0, 3), 7, 3, 4, 5);
    return table.cases;
  }

  private void draw(DropoutSpec spec, long key, int channels, int height, int width) {
    Shape shape = Shape.of(2, channels, height, width);
    cases.add(
        new ConformanceCase(
            "dropout %s, %s".formatted(spec, shape),
            List.of(in(DropoutSpec.KEY, Fill.cycle(DropoutSpec.key(key)))),
            List.of(sum(shape)),
            Tolerance.EXACT,
            (b, in, out) -> b.dropout(spec, in[0], out[0])));
  }
}
