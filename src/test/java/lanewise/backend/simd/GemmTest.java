package lanewise.backend.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.ArrayList;
import java.util.List;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GemmTest {

  record Case(
      boolean transposeA, boolean transposeB, int m, int k, int n, float alpha, float beta) {}

  static List<Case> cases() {
    int[][] sizes = {
      {1, 1, 1},
      {1, 3, 1},
      {3, 1, 13},
      {13, 15, 17},
      {16, 16, 16},
      {31, 33, 32},
      {97, 1, 3},
      {1, 700, 129},
      {2, 65, 1000},
      {1500, 2, 1},
      {64, 100, 300},
      {5, 2000, 5},
      {130, 530, 270},
      {40, 8500, 70},
    };
    List<Case> cases = new ArrayList<>();
    for (int[] s : sizes) {
      for (int transposes = 0; transposes < 4; transposes++) {
        boolean a = (transposes & 1) != 0;
        boolean b = (transposes & 2) != 0;
        cases.add(new Case(a, b, s[0], s[1], s[2], 1, 0));
        cases.add(new Case(a, b, s[0], s[1], s[2], -0.5f, 0));
        cases.add(new Case(a, b, s[0], s[1], s[2], 2, 0.75f));
      }
    }
    return cases;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithDoublePrecisionForAnyNumberOfThreads(Case k) {
    Tensor a = TestTensors.random(matrix(k.transposeA, k.m, k.k), 1);
    Tensor b = TestTensors.random(matrix(k.transposeB, k.k, k.n), 2);
    float[] first = run(k, a, b, 1);
    expected(k, a, b).assertNear(first, k.toString());
    assertArrayEquals(first, run(k, a, b, 2), 0);
    assertArrayEquals(first, run(k, a, b, 3), 0);
  }

  private static Shape matrix(boolean transposed, int rows, int columns) {
    return transposed ? Shape.matrix(columns, rows) : Shape.matrix(rows, columns);
  }

  private static float[] run(Case k, Tensor a, Tensor b, int threads) {
    Tensor c =
        k.beta == 0
            ? TestTensors.poisoned(Shape.matrix(k.m, k.n))
            : TestTensors.random(Shape.matrix(k.m, k.n), 3);
    try (Workers workers = new Workers(threads)) {
      new Gemm(
              new RowProduct(workers),
              new OuterProduct(workers),
              new DeepProduct(workers),
              new RightPanels(workers))
          .gemm(k.transposeA, k.transposeB, k.alpha, a, b, k.beta, c);
    }
    return TestTensors.values(c);
  }

  private static Expected expected(Case k, Tensor left, Tensor right) {
    float[] a = TestTensors.values(left);
    float[] b = TestTensors.values(right);
    float[] c = TestTensors.values(TestTensors.random(Shape.matrix(k.m, k.n), 3));
    Expected sums = new Expected(k.m * k.n);
    for (int i = 0; i < k.m; i++) {
      for (int j = 0; j < k.n; j++) {
        sums.add(i * k.n + j, k.beta * (double) c[i * k.n + j]);
        for (int p = 0; p < k.k; p++) {
          double x = a[k.transposeA ? p * k.m + i : i * k.k + p];
          double y = b[k.transposeB ? j * k.k + p : p * k.n + j];
          sums.add(i * k.n + j, k.alpha * x * y);
        }
      }
    }
    return sums;
  }
}
