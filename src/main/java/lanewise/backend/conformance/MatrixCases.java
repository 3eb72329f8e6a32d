package lanewise.backend.conformance;

import static lanewise.backend.conformance.ConformanceCase.in;
import static lanewise.backend.conformance.ConformanceCase.out;
import static lanewise.backend.conformance.ConformanceCase.updated;

import java.util.ArrayList;
import java.util.List;
import lanewise.backend.Shape;
import lanewise.backend.conformance.ConformanceCase.Tolerance;

/** gemm. */
final class MatrixCases {
  private static final Tolerance TOLERANCE = Tolerance.ofScale(5e-6);
  private static final boolean[] NO_YES = {false, true};

  private final List<ConformanceCase> cases = new ArrayList<>();

  static List<ConformanceCase> all() {
    MatrixCases table = new MatrixCases();
    int[][] sizes = {
      {1, 1, 1},
      {3, 13, 16},
      {17, 33, 15},
      {64, 65, 31},
      {65, 1, 64},
      {1, 64, 65},
      {13, 7, 1},
      {32, 32, 32},
      {16, 1, 1},
      {5, 48, 300},
      {96, 256, 100},
    };
    for (int[] size : sizes) {
      table.transposes(size[0], size[1], size[2], 1, 0);
    }
    for (float alpha : new float[] {1, -0.5f, 0}) {
      for (float beta : new float[] {0, 1, 0.25f}) {
        table.transposes(13, 17, 33, alpha, beta);
      }
    }
    return table.cases;
  }

  private void transposes(int rows, int columns, int inner, float alpha, float beta) {
    for (boolean transposeA : NO_YES) {
      for (boolean transposeB : NO_YES) {
        Shape a = transposeA ? Shape.matrix(inner, rows) : Shape.matrix(rows, inner);
        Shape b = transposeB ? Shape.matrix(columns, inner) : Shape.matrix(inner, columns);
        Shape c = Shape.matrix(rows, columns);
        cases.add(
            new ConformanceCase(
                "gemm %s%s %dx%dx%d, alpha %s, beta %s"
                    .formatted(
                        transposeA ? "t" : "n",
                        transposeB ? "t" : "n",
                        rows,
                        columns,
                        inner,
                        alpha,
                        beta),
                List.of(in(a), in(b)),
                List.of(beta == 0 ? out(c) : updated(c)),
                TOLERANCE,
                (backend, in, out) ->
                    backend.gemm(transposeA, transposeB, alpha, in[0], in[1], beta, out[0])));
      }
    }
  }
}
