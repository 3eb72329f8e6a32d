package lanewise.backend.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import lanewise.backend.ConvSpec;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.simd.ConvPlanner.Preference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConvolutionTest {

  /** Input and filter; the output's shape follows. */
  record Case(ConvSpec spec, Shape x, Shape w) {
    Shape y() {
      return spec.outputShape(x, w);
    }
  }

  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    // Channels around the vectors' lengths, odd planes, strides up to 3, kernels of 1, 3, 4, 7.
    int[] channels = {1, 3, 13, 15, 16, 17, 31, 32, 33};
    for (int i = 0; i < channels.length; i++) {
      int ci = channels[i];
      int co = channels[(i * 4 + 2) % channels.length];
      cases.add(square(2, ci, co, 7, 3, 1, 1));
      cases.add(square(2, ci, co, 8, 4, 2, 1));
      cases.add(square(1, co, ci, 9, 4, 2, 1));
      cases.add(square(1, ci, co, 11, 3, 3, 0));
      cases.add(square(3, co, ci, 5, 1, 1, 0));
      cases.add(square(1, ci, co, 6, 1, 2, 0));
      cases.add(square(2, ci, co, 9, 7, 1, 3));
    }
    // Two-sided geometry: nothing is square, nothing is equal.
    cases.add(of(new ConvSpec(2, 3, 1, 2, 1, 1, 1), 2, 5, 13, 11, 6, 4, 3));
    cases.add(of(new ConvSpec(1, 2, 0, 3, 2, 1, 1), 1, 3, 12, 9, 17, 3, 4));
    cases.add(of(new ConvSpec(1, 1, 2, 2, 2, 2, 1), 2, 16, 9, 7, 33, 3, 3));
    cases.add(of(new ConvSpec(2, 2, 3, 3, 2, 2, 1), 1, 3, 15, 14, 64, 4, 4));
    cases.add(of(new ConvSpec(2, 2, 3, 3, 3, 3, 1), 1, 20, 15, 14, 7, 3, 3));
    cases.add(of(new ConvSpec(3, 2, 0, 1, 2, 3, 1), 1, 2, 16, 17, 5, 3, 2));
    // Groups, down to one channel each.
    cases.add(of(new ConvSpec(2, 2, 1, 1, 1, 1, 2), 2, 6, 8, 8, 34, 4, 4));
    cases.add(of(new ConvSpec(1, 1, 1, 1, 1, 1, 4), 1, 64, 5, 6, 8, 3, 3));
    cases.add(of(new ConvSpec(1, 1, 1, 1, 1, 1, 13), 2, 13, 5, 5, 13, 3, 3));
    cases.add(of(new ConvSpec(2, 1, 2, 2, 2, 2, 3), 1, 9, 9, 10, 6, 3, 3));
    // Rows and columns that no window sees, as output padding of the transposed convolution gives.
    cases.add(square(1, 4, 20, 10, 3, 3, 0));
    cases.add(square(2, 40, 24, 10, 2, 4, 0));
    // The kernel is the image; padding alone around one pixel.
    cases.add(square(5, 33, 100, 4, 4, 1, 0));
    cases.add(square(3, 7, 1, 4, 4, 1, 0));
    cases.add(square(2, 3, 5, 1, 3, 1, 1));
    // Several blocks of rows, columns and depth, and chunks of pixels; real layers.
    cases.add(square(3, 66, 130, 16, 4, 2, 1));
    cases.add(square(2, 260, 40, 8, 4, 2, 1));
    cases.add(square(4, 3, 64, 32, 4, 2, 1));
    cases.add(square(1, 1, 64, 33, 4, 2, 1));
    cases.addAll(tiledCases());
    return cases;
  }

  /** What Winograd's method is defined for: borders, tiles that jut out, all channels. */
  private static List<Case> tiledCases() {
    List<Case> cases = new ArrayList<>();
    int[] channels = {1, 3, 13, 16, 17, 32, 48, 64, 65};
    for (int i = 0; i < channels.length; i++) {
      int ci = channels[i];
      int co = channels[(i * 4 + 3) % channels.length];
      cases.add(square(1, ci, co, 7, 4, 2, 1));
      cases.add(of(ConvSpec.of(2, 1), 3, co, 5, 9, ci, 4, 4));
      cases.add(of(ConvSpec.of(1, 1), 3, ci, 5, 9, co, 3, 3));
      cases.add(square(1, co, ci, 7, 3, 1, 0));
    }
    for (int padding = 0; padding < 2; padding++) {
      cases.add(square(1, 20, 24, 17, 3, 1, padding));
      cases.add(square(1, 20, 24, 17, 4, 2, padding));
    }
    cases.add(square(3, 16, 32, 1, 3, 1, 1));
    cases.add(square(3, 16, 32, 2, 4, 2, 1));
    cases.add(square(3, 16, 32, 3, 3, 1, 0));
    cases.add(square(1, 16, 16, 4, 4, 2, 0));
    // Taps in other numbers of phases, more padding than taps reach, groups.
    cases.add(square(2, 16, 20, 9, 2, 1, 1));
    cases.add(square(1, 18, 16, 13, 6, 2, 2));
    cases.add(square(1, 5, 16, 14, 6, 3, 1));
    cases.add(of(new ConvSpec(1, 1, 4, 3, 1, 1, 1), 1, 16, 3, 4, 16, 3, 3));
    cases.add(of(new ConvSpec(2, 2, 1, 1, 1, 1, 2), 1, 34, 8, 9, 66, 4, 4));
    cases.add(of(new ConvSpec(1, 1, 1, 1, 1, 1, 3), 2, 48, 6, 5, 51, 3, 3));
    // Few channels: every width of a piece, all strides, odd planes, more padding than taps reach.
    int[] kernels = {3, 4, 5, 7, 9};
    int[] outputs = {1, 13, 16, 17, 64, 65};
    for (int i = 0; i < 20; i++) {
      int kernel = kernels[i % 5];
      ConvSpec spec = ConvSpec.of(1 + i / 5 % 2, i % 5 == 4 ? 4 : i / 4 % 4 + kernel / 5);
      cases.add(of(spec, 1 + i % 2 * 2, 1 + i % 4, 5, 9, outputs[i % 6], kernel, kernel));
      cases.add(square(1, 1 + i / 5, outputs[(i + 3) % 6], 7, kernel, 1 + i % 2, kernel / 2));
    }
    cases.add(of(new ConvSpec(3, 1, 4, 0, 1, 1, 1), 3, 3, 11, 70, 17, 4, 5));
    cases.add(of(new ConvSpec(1, 3, 0, 4, 1, 1, 1), 1, 1, 9, 150, 64, 9, 9));
    cases.add(square(2, 4, 16, 6, 1, 3, 2));
    // Rows of a window that are cut, and that fill several panels.
    cases.add(of(new ConvSpec(1, 1, 0, 20, 1, 1, 1), 1, 4, 5, 70, 17, 2, 50));
    cases.add(square(1, 3, 20, 15, 13, 1, 6));
    // Few output channels: all kernels and paddings, also more of it than taps reach; real layers.
    for (int i = 0; i < 20; i++) {
      int kernel = 1 + i % 5 * 2;
      int inputs = outputs[(i + 1) % 6];
      cases.add(square(1 + i % 2, inputs, 1 + i % 4, 9, kernel, 1, i / 5 % (kernel + 1)));
    }
    cases.add(of(new ConvSpec(1, 1, 0, 3, 1, 1, 1), 2, 20, 12, 31, 3, 5, 4));
    cases.add(square(1, 64, 3, 33, 7, 1, 3));
    // Kernels so narrow that what strips write beyond a row lies near the next one.
    cases.add(square(2, 64, 3, 33, 1, 1, 0));
    cases.add(square(1, 200, 2, 14, 1, 1, 0));
    cases.add(square(1, 20, 3, 29, 2, 1, 0));
    cases.add(square(1, 20, 3, 30, 2, 1, 1));
    cases.add(square(2, 200, 1, 17, 4, 1, 1));
    cases.add(square(3, 64, 2, 4, 4, 1, 0));
    // Several segments of depth, chunks of tiles, blocks of channels.
    cases.add(square(9, 100, 40, 12, 4, 2, 1));
    cases.add(square(1, 40, 300, 10, 4, 2, 1));
    cases.add(square(2, 200, 72, 24, 3, 1, 1));
    // Bands of an image, and filters that are computed together.
    cases.add(square(1, 20, 24, 81, 4, 2, 1));
    cases.add(square(3, 200, 330, 8, 4, 2, 1));
    cases.add(square(1, 256, 260, 7, 3, 1, 1));
    return cases;
  }

  private static Case square(int n, int ci, int co, int side, int k, int stride, int padding) {
    return of(ConvSpec.of(stride, padding), n, ci, side, side, co, k, k);
  }

  private static Case of(ConvSpec s, int n, int ci, int h, int w, int co, int kh, int kw) {
    return new Case(s, Shape.of(n, ci, h, w), Shape.filter(co, ci / s.groups(), kh, kw));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void forwardAgreesWithDoublePrecision(Case c) {
    check(c, forward(c));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void dataGradientAgreesWithDoublePrecision(Case c) {
    check(c, dataGradient(c));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void filterGradientAgreesWithDoublePrecision(Case c) {
    check(c, filterGradient(c));
  }

  /** The errors that the documentation of {@link Winograd} states. */
  @Test
  void errorsAreThoseOfSinglePrecision() {
    Case strided = square(2, 64, 128, 16, 4, 2, 1);
    assertErrors(strided, Preference.GEMM, 6e-7, 4e-7, 2e-7);
    assertErrors(strided, Preference.WINOGRAD2, 6e-7, 5e-7, 3e-7);
    assertErrors(strided, Preference.WINOGRAD4, 1.3e-6, 9e-7, 4e-7);
    Case same = square(1, 128, 128, 16, 3, 1, 1);
    assertErrors(same, Preference.GEMM, 6e-7, 6e-7, 3e-7);
    assertErrors(same, Preference.WINOGRAD2, 4e-7, 4e-7, 3e-7);
    assertErrors(same, Preference.WINOGRAD4, 1.2e-6, 1.2e-6, 6e-7);
  }

  private static void assertErrors(
      Case c, Preference preference, double forward, double dataGradient, double filterGradient) {
    assertError(c, forward(c), preference, forward);
    assertError(c, dataGradient(c), preference, dataGradient);
    assertError(c, filterGradient(c), preference, filterGradient);
  }

  private static void assertError(Case c, Pass pass, Preference preference, double most) {
    double error = expected(c, pass).error(run(preference, pass, 1));
    assertTrue(error <= most, () -> "%s %s: error %.2e".formatted(c, preference, error));
  }

  private static Pass forward(Case c) {
    Tensor x = TestTensors.random(c.x, 1);
    Tensor w = TestTensors.random(c.w, 2);
    float[] a = TestTensors.values(x);
    float[] b = TestTensors.values(w);
    return new Pass(
        c.y(),
        (convolution, y) -> convolution.convForward(c.spec, x, w, y),
        (xi, wi, yi, sums) -> sums.add(yi, (double) a[xi] * b[wi]));
  }

  private static Pass dataGradient(Case c) {
    Tensor dy = TestTensors.random(c.y(), 1);
    Tensor w = TestTensors.random(c.w, 2);
    float[] a = TestTensors.values(dy);
    float[] b = TestTensors.values(w);
    return new Pass(
        c.x,
        (convolution, dx) -> convolution.convBackwardData(c.spec, dy, w, dx),
        (xi, wi, yi, sums) -> sums.add(xi, (double) a[yi] * b[wi]));
  }

  private static Pass filterGradient(Case c) {
    Tensor x = TestTensors.random(c.x, 1);
    Tensor dy = TestTensors.random(c.y(), 2);
    float[] a = TestTensors.values(x);
    float[] b = TestTensors.values(dy);
    return new Pass(
        c.w,
        (convolution, dw) -> convolution.convBackwardFilter(c.spec, x, dy, dw),
        (xi, wi, yi, sums) -> sums.add(wi, (double) a[xi] * b[yi]));
  }

  /** One of the three passes with operands of its own. */
  private record Pass(Shape out, Operation operation, Term term) {}

  private interface Operation {
    void run(Convolution convolution, Tensor out);
  }

  /** What one multiplication of the convolution adds, given where its operands are stored. */
  private interface Term {
    void add(int x, int w, int y, Expected sums);
  }

  private static void check(Case c, Pass pass) {
    Expected sums = expected(c, pass);
    sums.assertNear(runOnAnyThreads(Preference.GEMM, pass), "GEMM " + c);
    sums.assertNear(runOnAnyThreads(Preference.DIRECT, pass), "direct " + c);
    sums.assertNearTogether(runOnAnyThreads(Preference.WINOGRAD2, pass), "Winograd 2x2 " + c);
    sums.assertNearTogether(runOnAnyThreads(Preference.WINOGRAD4, pass), "Winograd 4x4 " + c);
  }

  private static Expected expected(Case c, Pass pass) {
    Expected sums = new Expected(pass.out.size());
    forEachTerm(c, (xi, wi, yi) -> pass.term.add(xi, wi, yi, sums));
    return sums;
  }

  private static float[] runOnAnyThreads(Preference preference, Pass pass) {
    float[] first = run(preference, pass, 1);
    assertArrayEquals(first, run(preference, pass, 2), 0);
    assertArrayEquals(first, run(preference, pass, 3), 0);
    return first;
  }

  private static float[] run(Preference preference, Pass pass, int threads) {
    Tensor out = TestTensors.poisoned(pass.out);
    try (Workers workers = new Workers(threads)) {
      pass.operation.run(
          new Convolution(
              new ConvPlanner(preference),
              workers,
              new RowProduct(workers),
              new OuterProduct(workers),
              new RightPanels(workers)),
          out);
    }
    return TestTensors.values(out);
  }

  private interface Indices {
    void accept(int x, int w, int y);
  }

  private static void forEachTerm(Case c, Indices term) {
    ConvSpec s = c.spec;
    Shape y = c.y();
    int outs = c.w.n() / s.groups();
    for (int n = 0; n < y.n(); n++) {
      for (int oy = 0; oy < y.h(); oy++) {
        for (int ox = 0; ox < y.w(); ox++) {
          for (int i = 0; i < c.w.h(); i++) {
            for (int j = 0; j < c.w.w(); j++) {
              int iy = oy * s.strideH() - s.padH() + i * s.dilationH();
              int ix = ox * s.strideW() - s.padW() + j * s.dilationW();
              if (iy < 0 || iy >= c.x.h() || ix < 0 || ix >= c.x.w()) {
                continue;
              }
              int xi = ((n * c.x.h() + iy) * c.x.w() + ix) * c.x.c();
              int wi = (i * c.w.w() + j) * c.w.c() * c.w.n();
              int yi = ((n * y.h() + oy) * y.w() + ox) * y.c();
              for (int out = 0; out < c.w.n(); out++) {
                int firstIn = out / outs * c.w.c();
                for (int in = 0; in < c.w.c(); in++) {
                  term.accept(xi + firstIn + in, wi + in * c.w.n() + out, yi + out);
                }
              }
            }
          }
        }
      }
    }
  }
}
