package lanewise.backend.conformance;

import static lanewise.backend.conformance.ConformanceCase.in;
import static lanewise.backend.conformance.ConformanceCase.out;

import java.util.ArrayList;
import java.util.List;
import lanewise.backend.PoolSpec;
import lanewise.backend.PoolSpec.Side;
import lanewise.backend.Shape;
import lanewise.backend.conformance.ConformanceCase.Fill;
import lanewise.backend.conformance.ConformanceCase.Tolerance;

/** Max pooling, what it takes from other values, and its adjoint. */
final class PoolingCases {
  /** Equal elements, of which the first counts. */
  private static final Fill TIES = Fill.cycle(1, 2, 2, 0, -0f, 2, -1);

  private static final Fill EXTREMES =
      Fill.cycle(
          1, Float.NaN, 2, Float.NEGATIVE_INFINITY, -3, 4, Float.POSITIVE_INFINITY, 0, 5, 7, 6);

  private static final Fill NOTHING = Fill.cycle(Float.NEGATIVE_INFINITY);

  private final List<ConformanceCase> cases = new ArrayList<>();

  static List<ConformanceCase> all() {
    PoolingCases table = new PoolingCases();
    PoolSpec halving = PoolSpec.of(2, 2, 0);
    PoolSpec overlapping = PoolSpec.of(3, 2, 1);
    for (int channels : ConformanceCases.SIZES) {
      table.pool(halving, Shape.of(2, channels, 6, 4), Fill.GAUSSIAN, "");
      table.pool(overlapping, Shape.of(2, channels, 7, 5), Fill.GAUSSIAN, "");
    }
    PoolSpec odd = new PoolSpec(new Side(3, 2, 0, 2, true), new Side(2, 3, 1, 0, false));
    PoolSpec sparse = new PoolSpec(new Side(1, 3, 0, 0, false), new Side(2, 4, 0, 1, true));
    for (PoolSpec spec : List.of(halving, overlapping, odd, sparse, PoolSpec.of(5, 1, 2))) {
      table.pool(spec, Shape.of(2, 5, 9, 11), Fill.GAUSSIAN, "");
      table.pool(spec, Shape.of(1, 3, 8, 8), TIES, "ties of ");
      table.pool(spec, Shape.of(1, 17, 7, 6), EXTREMES, "extremes of ");
      table.pool(spec, Shape.of(2, 1, 5, 5), NOTHING, "infinitely small ");
    }
    table.pool(halving, Shape.of(1, 64, 64, 64), Fill.GAUSSIAN, "");
    table.pool(PoolSpec.of(3, 1, 1), Shape.of(1, 16, 300, 21), Fill.GAUSSIAN, "");
    table.pool(PoolSpec.of(8, 8, 0), Shape.of(1, 3, 8, 8), Fill.GAUSSIAN, "");
    return table.cases;
  }

  private void pool(PoolSpec spec, Shape x, Fill fill, String which) {
    Shape y = spec.outputShape(x);
    String name = which + spec + ", " + x;
    cases.add(
        new ConformanceCase(
            "maxPool " + name,
            List.of(in(x, fill)),
            List.of(out(y)),
            Tolerance.EXACT,
            (b, in, out) -> b.maxPool(spec, in[0], in[0], out[0])));
    cases.add(
        new ConformanceCase(
            "maxPool other values by " + name,
            List.of(in(x, fill), in(x)),
            List.of(out(y)),
            Tolerance.EXACT,
            (b, in, out) -> b.maxPool(spec, in[0], in[1], out[0])));
    cases.add(
        new ConformanceCase(
            "maxPoolAdjoint " + name,
            List.of(in(x, fill), in(y)),
            List.of(out(x)),
            Tolerance.ofScale(1e-6),
            (b, in, out) -> b.maxPoolAdjoint(spec, in[0], in[1], out[0])));
  }
}
