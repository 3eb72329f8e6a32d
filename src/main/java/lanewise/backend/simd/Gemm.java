package lanewise.backend.simd;

import lanewise.backend.Tensor;

/** General matrix product. */
final class Gemm {
  private final RowProduct rowProduct;
  private final OuterProduct outerProduct;
  private final DeepProduct deepProduct;
  private final RightPanels right;

  Gemm(
      RowProduct rowProduct,
      OuterProduct outerProduct,
      DeepProduct deepProduct,
      RightPanels right) {
    this.rowProduct = rowProduct;
    this.outerProduct = outerProduct;
    this.deepProduct = deepProduct;
    this.right = right;
  }

  void gemm(
      boolean transposeA,
      boolean transposeB,
      float alpha,
      Tensor a,
      Tensor b,
      float beta,
      Tensor c) {
    Matrix left = matrix(a);
    int rows = c.shape().n();
    int columns = c.shape().c();
    int depth = a.shape().size() / rows;
    RowSink out = alpha == 1 && beta == 0 ? matrix(c) : new Blend(matrix(c), alpha, beta);
    if (transposeA && !transposeB) {
      outerProduct.run(left, rows, matrix(b), columns, depth, out);
      return;
    }
    if (!transposeA && !transposeB && DeepProduct.suits(rows, columns, depth)) {
      deepProduct.run(left, rows, matrix(b), columns, depth, out);
      return;
    }
    if (transposeB) {
      right.packTransposed(new RowSource[] {matrix(b)}, depth, columns);
    } else {
      right.pack(matrix(b), depth, columns);
    }
    rowProduct.run(transposeA ? new Transposed(left) : left, rows, right, out);
  }

  private static Matrix matrix(Tensor t) {
    return new Matrix(t.segment(), 0, t.shape().c());
  }

  /** The columns of a matrix as rows, element by element: both operands transposed is rare. */
  private record Transposed(Matrix matrix) implements RowSource {

    @Override
    public void read(int row, int from, int count, float[] to, int at) {
      for (int i = 0; i < count; i++) {
        matrix.read(from + i, row, 1, to, at + i);
      }
    }
  }

  /** {@code target = alpha * values + beta * target}; with beta 0 the target is not read. */
  private record Blend(Matrix target, float alpha, float beta) implements RowSink {

    @Override
    public void write(int row, int from, int count, float[] values, int at) {
      if (beta == 0) {
        Transfer.scale(alpha, values, at, count);
        target.write(row, from, count, values, at);
      } else {
        target.blend(row, from, count, alpha, values, at, beta);
      }
    }
  }
}
