package lanewise.backend.conformance;

import static lanewise.backend.conformance.ConformanceCase.in;
import static lanewise.backend.conformance.ConformanceCase.out;
import static lanewise.backend.conformance.ConformanceCase.updated;

import java.util.ArrayList;
import java.util.List;
import lanewise.backend.Binary;
import lanewise.backend.Binary.Arithmetic;
import lanewise.backend.Shape;
import lanewise.backend.Unary;
import lanewise.backend.Unary.Elementary;
import lanewise.backend.conformance.ConformanceCase.Fill;
import lanewise.backend.conformance.ConformanceCase.Tolerance;

/** fill, copy, map, zip, accumulate, sum. */
final class PointwiseCases {
  private static final float NAN = Float.NaN;
  private static final float INF = Float.POSITIVE_INFINITY;
  private static final Shape IMAGES = Shape.of(3, 13, 5, 9);
  private static final Shape FILTER = Shape.filter(7, 5, 3, 2);

  /** Enough for several threads to share. */
  private static final Shape LARGE = Shape.of(4, 64, 31, 33);

  private static final Tolerance SUM = Tolerance.ofScale(1e-5);

  private final List<ConformanceCase> cases = new ArrayList<>();

  static List<ConformanceCase> all() {
    PointwiseCases table = new PointwiseCases();
    table.fills();
    table.copies();
    table.maps();
    table.zips();
    table.accumulates();
    table.sums();
    return table.cases;
  }

  private void fills() {
    for (int size : ConformanceCases.SIZES) {
      cases.add(
          new ConformanceCase(
              "fill " + size,
              List.of(),
              List.of(out(Shape.vector(size))),
              Tolerance.EXACT,
              (b, in, out) -> b.fill(out[0], -1.5f)));
    }
  }

  private void copies() {
    for (Shape full : List.of(IMAGES, FILTER, Shape.of(2, 64, 7, 7), Shape.of(1, 3, 16, 17))) {
      for (Shape part : reduced(full)) {
        copy(part, full);
      }
    }
    copy(Shape.scalar(), FILTER);
    copy(LARGE, LARGE);
  }

  private void copy(Shape source, Shape target) {
    cases.add(
        new ConformanceCase(
            "copy " + source + " to " + target,
            List.of(in(source)),
            List.of(out(target)),
            Tolerance.EXACT,
            (b, in, out) -> b.copy(in[0], out[0])));
  }

  private void maps() {
    map(new Unary.Affine(2.5f, -0.75f), Fill.GAUSSIAN, Tolerance.ofElement(5e-7, 1));
    map(new Unary.Affine(-1, 0), Fill.GAUSSIAN, Tolerance.EXACT);
    map(new Unary.LeakyRelu(0.2f), Fill.GAUSSIAN, Tolerance.EXACT);
    map(new Unary.LeakyRelu(0), Fill.GAUSSIAN, Tolerance.EXACT);
    map(new Unary.Clip(-0.5f, 1.25f), Fill.GAUSSIAN, Tolerance.EXACT);
    map(Elementary.TANH, LARGE, Fill.GAUSSIAN, tolerance(Elementary.TANH));
    for (Elementary f : Elementary.values()) {
      boolean positive = f == Elementary.LOG || f == Elementary.SQRT;
      map(f, positive ? Fill.POSITIVE : Fill.GAUSSIAN, tolerance(f));
    }
    float[] numbers = {0, -0f, 1, -1, 1e-30f, -1e-30f, 1e-3f, 12, -12, 50, -50, 1e4f, -1e4f};
    float[] extremes = {0, -0f, 80, -80, 1e30f, -1e30f, INF, -INF, NAN};
    for (Elementary f : Elementary.values()) {
      special(f, numbers, tolerance(f));
      if (f != Elementary.SIGN) {
        special(f, extremes, tolerance(f));
      }
    }
    special(new Unary.Affine(2, 1), extremes, Tolerance.EXACT);
    special(new Unary.LeakyRelu(0.2f), extremes, Tolerance.EXACT);
    special(new Unary.Clip(-1, 80), extremes, Tolerance.EXACT);
    special(new Unary.Clip(-INF, INF), extremes, Tolerance.EXACT);
    special(new Unary.LeakyRelu(0), new float[] {0, -0f, 1e30f, -1e30f, INF, NAN}, Tolerance.EXACT);
  }

  private static Tolerance tolerance(Elementary f) {
    return switch (f) {
      case SQRT, RECIPROCAL, ABS, SIGN, SQUARE -> Tolerance.EXACT;
      case EXP -> Tolerance.ofElement(2e-6, Float.MIN_NORMAL);
      case SIGMOID, SOFTPLUS -> Tolerance.ofElement(2e-6, 1e-4);
      case LOG, TANH -> Tolerance.ofElement(1e-6, 1);
    };
  }

  private void map(Unary f, Fill fill, Tolerance tolerance) {
    for (int size : ConformanceCases.SIZES) {
      map(f, Shape.vector(size), fill, tolerance);
    }
    map(f, IMAGES, fill, tolerance);
    map(f, FILTER, fill, tolerance);
    cases.add(
        new ConformanceCase(
            "map " + f + " in place",
            List.of(),
            List.of(updated(IMAGES, fill)),
            tolerance,
            (b, in, out) -> b.map(f, out[0], out[0])));
  }

  private void map(Unary f, Shape shape, Fill fill, Tolerance tolerance) {
    cases.add(
        new ConformanceCase(
            "map " + f + " " + shape,
            List.of(in(shape, fill)),
            List.of(out(shape)),
            tolerance,
            (b, in, out) -> b.map(f, in[0], out[0])));
  }

  /** Three times over, so that each value is met by a vector and by its tail. */
  private void special(Unary f, float[] values, Tolerance tolerance) {
    Shape shape = Shape.vector(3 * values.length);
    cases.add(
        new ConformanceCase(
            "map " + f + " of special values, " + values.length,
            List.of(in(shape, Fill.cycle(values))),
            List.of(out(shape)),
            tolerance,
            (b, in, out) -> b.map(f, in[0], out[0])));
  }

  private void zips() {
    List<Binary> functions = new ArrayList<>(List.of(Arithmetic.values()));
    functions.add(new Binary.LeakyReluGradient(0.2f));
    functions.add(new Binary.LeakyReluGradient(0));
    for (Binary f : functions) {
      for (int size : ConformanceCases.SIZES) {
        zip(f, Shape.vector(size), Shape.vector(size));
      }
      for (Shape part : reduced(IMAGES)) {
        zip(f, IMAGES, part);
        zip(f, part, IMAGES);
      }
      inPlace(f);
    }
    zip(Arithmetic.ADD, LARGE, LARGE);
    zip(Arithmetic.MUL, LARGE, Shape.vector(LARGE.c()));
    for (Shape part : reduced(FILTER)) {
      zip(Arithmetic.MUL, FILTER, part);
    }
    zip(Arithmetic.DIV, Shape.scalar(), FILTER);
    zip(Arithmetic.SUB, Shape.of(3, 1, 5, 1), Shape.of(1, 13, 1, 9));
    zip(Arithmetic.SUB, Shape.matrix(3, 1), Shape.vector(17));
    for (int channels : ConformanceCases.SIZES) {
      zip(Arithmetic.MUL, Shape.of(2, channels, 3, 5), Shape.vector(channels));
      zip(Arithmetic.ADD, Shape.of(2, channels, 3, 5), Shape.matrix(2, channels));
      zip(Arithmetic.SUB, Shape.of(2, channels, 3, 5), Shape.of(2, 1, 3, 5));
    }
    float[] special = {0, -0f, 1, -1, 1e30f, -1e30f, INF, -INF, NAN};
    for (Arithmetic f : Arithmetic.values()) {
      cases.add(
          new ConformanceCase(
              "zip " + f + " of special values",
              List.of(
                  in(Shape.matrix(special.length, 1), Fill.cycle(special)),
                  in(Shape.vector(special.length), Fill.cycle(special))),
              List.of(out(Shape.matrix(special.length, special.length))),
              Tolerance.EXACT,
              (b, in, out) -> b.zip(f, in[0], in[1], out[0])));
    }
  }

  private void zip(Binary f, Shape a, Shape b) {
    cases.add(
        new ConformanceCase(
            "zip " + f + " " + a + ", " + b,
            List.of(in(a), in(b)),
            List.of(out(a.broadcast(b))),
            Tolerance.EXACT,
            (backend, in, out) -> backend.zip(f, in[0], in[1], out[0])));
  }

  private void inPlace(Binary f) {
    for (Shape other : List.of(IMAGES, Shape.vector(IMAGES.c()), Shape.of(3, 1, 5, 9))) {
      cases.add(
          new ConformanceCase(
              "zip " + f + " over its first operand, " + other,
              List.of(in(other)),
              List.of(updated(IMAGES)),
              Tolerance.EXACT,
              (b, in, out) -> b.zip(f, out[0], in[0], out[0])));
      cases.add(
          new ConformanceCase(
              "zip " + f + " over its second operand, " + other,
              List.of(in(other)),
              List.of(updated(IMAGES)),
              Tolerance.EXACT,
              (b, in, out) -> b.zip(f, in[0], out[0], out[0])));
    }
  }

  private void accumulates() {
    for (int size : ConformanceCases.SIZES) {
      accumulate(-0.3f, Shape.vector(size));
    }
    accumulate(1, FILTER);
    accumulate(0.5f, LARGE);
  }

  private void accumulate(float alpha, Shape shape) {
    cases.add(
        new ConformanceCase(
            "accumulate " + alpha + " " + shape,
            List.of(in(shape)),
            List.of(updated(shape)),
            Tolerance.ofElement(5e-7, 1),
            (b, in, out) -> b.accumulate(alpha, in[0], out[0])));
  }

  private void sums() {
    for (Shape full : List.of(IMAGES, FILTER)) {
      for (Shape part : reduced(full)) {
        sum(full, part);
      }
    }
    sum(LARGE, Shape.vector(LARGE.c()));
    sum(LARGE, Shape.scalar());
    sum(FILTER, Shape.scalar());
    for (int channels : ConformanceCases.SIZES) {
      Shape images = Shape.of(2, channels, 7, 7);
      sum(images, Shape.vector(channels));
      sum(images, Shape.matrix(2, channels));
      sum(images, Shape.of(2, 1, 7, 7));
      sum(images, Shape.scalar());
      sum(Shape.matrix(33, channels), Shape.vector(channels));
    }
  }

  /** Around 1 rather than 0, so that the result's size does not hang on cancellation. */
  private void sum(Shape x, Shape y) {
    cases.add(
        new ConformanceCase(
            "sum " + x + " to " + y,
            List.of(in(x, Fill.around(1))),
            List.of(ConformanceCase.sum(y)),
            SUM,
            (b, in, out) -> b.sum(in[0], out[0])));
  }

  /** The 16 shapes in which some of the dimensions are 1. */
  private static List<Shape> reduced(Shape s) {
    List<Shape> shapes = new ArrayList<>();
    for (int kept = 0; kept < 16; kept++) {
      shapes.add(
          new Shape(
              (kept & 1) == 0 ? 1 : s.n(),
              (kept & 2) == 0 ? 1 : s.c(),
              (kept & 4) == 0 ? 1 : s.h(),
              (kept & 8) == 0 ? 1 : s.w(),
              s.layout()));
    }
    return shapes.stream().distinct().toList();
  }
}
