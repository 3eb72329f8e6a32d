package lanewise.backend.conformance;

import static lanewise.backend.conformance.ConformanceCase.in;
import static lanewise.backend.conformance.ConformanceCase.out;
import static lanewise.backend.conformance.ConformanceCase.single;
import static lanewise.backend.conformance.ConformanceCase.sum;
import static lanewise.backend.conformance.ConformanceCase.updated;

import java.util.ArrayList;
import java.util.List;
import lanewise.backend.Shape;
import lanewise.backend.conformance.ConformanceCase.Tolerance;

/** Copies of channels into a part of a tensor, out of one, and side by side. */
final class ChannelCases {
  private static final int[] COUNTS = {1, 2, 3, 4, 5, 13, 16, 17, 33, 64, 130};

  private final List<ConformanceCase> cases = new ArrayList<>();

  static List<ConformanceCase> all() {
    ChannelCases table = new ChannelCases();
    for (int count : COUNTS) {
      table.into(Shape.of(2, count, 5, 3), 1, count + 3);
      table.outOf(Shape.of(2, count + 3, 5, 3), 2, count);
      table.sideBySide(Shape.of(3, count, 7, 1), 3);
    }
    table.into(Shape.of(2, 64, 4, 5), 128, 192);
    table.outOf(Shape.of(2, 192, 4, 5), 64, 64);
    table.into(Shape.of(4, 1, 64, 64), 2, 3);
    table.sideBySide(Shape.of(4, 64, 16, 16), 64);
    table.sideBySide(Shape.of(1, 8, 1, 2), 12);
    table.into(Shape.matrix(7, 5), 4, 12);
    table.outOf(Shape.matrix(3, 130), 0, 1);
    table.sideBySide(Shape.matrix(64, 128), 10);
    table.mixed(Shape.of(2, 8, 5, 3));
    table.mixed(Shape.of(2, 5, 5, 3));
    return table.cases;
  }

  private static Shape withChannels(Shape s, int channels) {
    return Shape.of(s.n(), channels, s.h(), s.w());
  }

  /** All channels to a part of those of a target, whose others stay. */
  private void into(Shape source, int to, int channels) {
    Shape target = withChannels(source, channels);
    cases.add(
        new ConformanceCase(
            "copyChannels %s into %s at %d".formatted(source, target, to),
            List.of(in(source)),
            List.of(updated(target)),
            Tolerance.EXACT,
            (b, in, out) -> b.copyChannels(in[0], 0, out[0], to, source.c())));
  }

  private void outOf(Shape source, int from, int count) {
    cases.add(
        new ConformanceCase(
            "copyChannels %d of %s at %d".formatted(count, source, from),
            List.of(in(source)),
            List.of(out(withChannels(source, count))),
            Tolerance.EXACT,
            (b, in, out) -> b.copyChannels(in[0], from, out[0], 0, count)));
  }

  /** Two tensors become one: all of it is written, and neither copy touches the other's. */
  private void sideBySide(Shape left, int rightChannels) {
    Shape right = withChannels(left, rightChannels);
    cases.add(
        new ConformanceCase(
            "copyChannels %s beside %s".formatted(left, right),
            List.of(in(left), in(right)),
            List.of(out(withChannels(left, left.c() + rightChannels))),
            Tolerance.EXACT,
            (b, in, out) -> {
              b.copyChannels(in[0], 0, out[0], 0, left.c());
              b.copyChannels(in[1], 0, out[0], left.c(), rightChannels);
            }));
  }

  /** From an activation to an fp32 tensor and back. */
  private void mixed(Shape source) {
    Shape target = withChannels(source, source.c() + 4);
    cases.add(
        new ConformanceCase(
            "copyChannels %s to fp32".formatted(source),
            List.of(in(source), in(target)),
            List.of(sum(target)),
            Tolerance.EXACT,
            (b, in, out) -> {
              b.copyChannels(in[0], 0, out[0], 4, source.c());
              b.copyChannels(in[1], 0, out[0], 0, 4);
            }));
    cases.add(
        new ConformanceCase(
            "copyChannels %s from fp32".formatted(source),
            List.of(single(source)),
            List.of(updated(target)),
            Tolerance.EXACT,
            (b, in, out) -> b.copyChannels(in[0], 0, out[0], 4, source.c())));
  }
}
