package lanewise.backend.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.util.List;
import lanewise.backend.Layout;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReductionTest {

  record Case(Shape from, Shape to) {}

  static List<Case> cases() {
    return List.of(
        // More columns than are summed at a time, the last run of them being a single one.
        new Case(Shape.matrix(3, 2049), Shape.vector(2049)),
        new Case(Shape.of(100, 3, 20, 41), Shape.of(1, 3, 20, 41)),
        new Case(Shape.of(2, 64, 97, 89), Shape.matrix(2, 64)),
        new Case(Shape.of(5, 33, 7, 9), Shape.of(5, 1, 7, 1)),
        new Case(Shape.of(5, 3, 70, 9), Shape.of(1, 3, 1, 9)),
        new Case(Shape.of(1, 1, 300, 301), Shape.scalar()),
        new Case(Shape.filter(31, 13, 3, 5), new Shape(31, 1, 3, 1, Layout.HWIO)),
        new Case(Shape.filter(31, 13, 3, 5), new Shape(1, 13, 1, 5, Layout.HWIO)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithDoublePrecision(Case k) {
    Tensor x = TestTensors.random(k.from, 3);
    Tensor y = TestTensors.poisoned(k.to);
    try (Workers workers = new Workers(3)) {
      new Reduction(workers).sum(x, y);
    }
    Expected expected = new Expected(k.to.size());
    Shape s = k.from;
    for (int n = 0; n < s.n(); n++) {
      for (int c = 0; c < s.c(); c++) {
        for (int h = 0; h < s.h(); h++) {
          for (int w = 0; w < s.w(); w++) {
            float value = x.segment().getAtIndex(JAVA_FLOAT, index(s, n, c, h, w));
            expected.add(index(k.to, n, c, h, w), value);
          }
        }
      }
    }
    expected.assertNear(TestTensors.values(y), k.toString());
  }

  private static int index(Shape s, int n, int c, int h, int w) {
    int i = n % s.n();
    int j = c % s.c();
    int pixel = h % s.h() * s.w() + w % s.w();
    return switch (s.layout()) {
      case NHWC -> (i * s.plane() + pixel) * s.c() + j;
      case HWIO -> (pixel * s.c() + j) * s.n() + i;
    };
  }
}
