package lanewise.backend.conformance;

import static lanewise.backend.conformance.ConformanceCase.in;
import static lanewise.backend.conformance.ConformanceCase.out;

import java.util.ArrayList;
import java.util.List;
import lanewise.backend.AxisMap;
import lanewise.backend.Interpolation;
import lanewise.backend.Interpolation.Border;
import lanewise.backend.Interpolation.Coordinates;
import lanewise.backend.Interpolation.Linear;
import lanewise.backend.Interpolation.Nearest;
import lanewise.backend.Interpolation.Rounding;
import lanewise.backend.PadMode;
import lanewise.backend.Padding;
import lanewise.backend.PoolSpec.Side;
import lanewise.backend.Shape;
import lanewise.backend.conformance.ConformanceCase.Tolerance;

/** Nearest upsampling, reflection padding, linear maps of both sides, and their adjoints. */
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
    table.maps();
    return table.cases;
  }

  private void maps() {
    for (int channels : ConformanceCases.SIZES) {
      Shape x = Shape.of(2, channels, 5, 7);
      map("bilinear", Interpolation.BILINEAR, x, 8, 4);
      map(
          "moved",
          AxisMap.pad(5, 2, -1, PadMode.ZERO),
          AxisMap.pad(7, -3, 1, PadMode.EDGE),
          Shape.of(2, channels, 5, 7));
      map("average", average(5, 3, 2, 1), average(7, 3, 2, 1), x);
    }
    Shape image = Shape.of(2, 3, 13, 9);
    for (Coordinates coordinates : Coordinates.values()) {
      map(coordinates + " linear", new Linear(coordinates, Border.REPEAT, false), image, 7, 20);
      map(coordinates + " nearest", new Nearest(coordinates, Rounding.FLOOR), image, 1, 20);
    }
    map("bicubic", Interpolation.BICUBIC, image, 20, 5);
    map("antialiased", Interpolation.BICUBIC_ANTIALIASED, image, 4, 3);
    map("antialiased", Interpolation.BILINEAR_ANTIALIASED, Shape.of(1, 3, 64, 48), 11, 48);
    map("identity and", AxisMap.identity(13), Interpolation.BILINEAR.map(9, 18), image);
    map("mixed rows, identity and", Interpolation.BILINEAR.map(13, 9), AxisMap.identity(9), image);
    map("reversed", AxisMap.slice(13, 12, -1, 13), AxisMap.slice(9, 7, -3, 3), image);
    map("strided", AxisMap.slice(13, 0, 5, 3), AxisMap.slice(9, 1, 2, 4), image);
    map("nothing but zeros", AxisMap.pad(13, -13, 3, PadMode.ZERO), AxisMap.identity(9), image);
    map("one pixel", AxisMap.slice(13, 5, 1, 1), AxisMap.slice(9, 8, 1, 1), image);
    map("reflected", reflected(13), reflected(9), image);
    map(
        "cropped",
        AxisMap.slice(40, 3, 1, 33),
        AxisMap.slice(300, 7, 1, 250),
        Shape.of(1, 65, 40, 300));
  }

  private static AxisMap average(int size, int kernel, int stride, int padding) {
    return AxisMap.average(size, new Side(kernel, stride, padding, padding, true), false);
  }

  private static AxisMap reflected(int size) {
    return AxisMap.pad(size, size - 1, 2, PadMode.REFLECT);
  }

  private void map(String name, Interpolation how, Shape x, int height, int width) {
    map(name, how.map(x.h(), height), how.map(x.w(), width), x);
  }

  /** A map of both sides and its adjoint. */
  private void map(String name, AxisMap rows, AxisMap columns, Shape x) {
    mapOneWay("resample " + name, rows, columns, x);
    Shape y = Shape.of(x.n(), x.c(), rows.outputs(), columns.outputs());
    mapOneWay("resample back, " + name, rows.transposed(), columns.transposed(), y);
  }

  private void mapOneWay(String name, AxisMap rows, AxisMap columns, Shape x) {
    Shape y = Shape.of(x.n(), x.c(), rows.outputs(), columns.outputs());
    cases.add(
        new ConformanceCase(
            "%s, %s to %s".formatted(name, x, y),
            List.of(in(x)),
            List.of(out(y)),
            SUM,
            (b, in, out) -> b.resample(rows, columns, in[0], out[0])));
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
