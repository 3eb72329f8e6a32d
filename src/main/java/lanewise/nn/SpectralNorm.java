package lanewise.nn;

import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Binary.Arithmetic;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.Unary;
import lanewise.backend.Unary.Elementary;

/**
 * Spectral normalisation (Miyato et al. 2018), as {@code torch.nn.utils.spectral_norm}: the weight
 * {@code W / sigma} with {@code sigma = u' W v}.
 *
 * <p>{@code u} and {@code v} come near to the singular vectors of the largest singular value by one
 * step of the power method in every pass with the statistics of the batch, so several times in a
 * training step; other passes leave them. They start in random directions. To the gradient they are
 * constants, sigma is not.
 */
final class SpectralNorm implements Weight {
  /** Added to a length before it divides; PyTorch's lower bound, for a weight of zeros. */
  private static final float EPS = 1e-12f;

  private final WeightMatrix matrix;
  private final Parameter weight;
  private final Parameter u;
  private final Parameter v;

  SpectralNorm(WeightMatrix matrix, Parameter weight, Parameter u, Parameter v) {
    this.matrix = matrix;
    this.weight = weight;
    this.u = u;
    this.v = v;
  }

  @Override
  public Variable of(Pass pass) {
    Variable w = weight.variable();
    Backend backend = w.backend();
    if (pass.statistics() == Statistics.BATCH) {
      iterate(backend);
    }
    // Later passes change u and v, so this one's backward pass needs a product of its own.
    Variable outer = Variable.constant(backend, outerProduct(backend));
    Variable sigma = Ops.sum(Ops.mul(w, outer), Shape.scalar());
    return Ops.div(w, sigma);
  }

  /** {@code v = W' u / |W' u|}, then {@code u = W v / |W v|}. */
  private void iterate(Backend backend) {
    Tensor w = weight.tensor();
    for (int i = 0; i < matrix.blocks(); i++) {
      Tensor part = matrix.part(v.tensor(), i);
      Tensor block = matrix.block(w, i);
      backend.gemm(false, matrix.outputsInColumns(), 1, u.tensor(), block, 0, part);
    }
    normalize(backend, v.tensor());
    for (int i = 0; i < matrix.blocks(); i++) {
      Tensor part = matrix.part(v.tensor(), i);
      Tensor block = matrix.block(w, i);
      float beta = i == 0 ? 0 : 1;
      backend.gemm(false, !matrix.outputsInColumns(), 1, part, block, beta, u.tensor());
    }
    normalize(backend, u.tensor());
  }

  private static void normalize(Backend backend, Tensor x) {
    try (Scope _ = backend.scope()) {
      Tensor squares = backend.allocate(x.shape());
      Tensor length = backend.allocate(Shape.scalar());
      backend.map(Elementary.SQUARE, x, squares);
      backend.sum(squares, length);
      backend.map(Elementary.SQRT, length, length);
      backend.map(new Unary.Affine(1, EPS), length, length);
      backend.zip(Arithmetic.DIV, x, length, x);
    }
  }

  /** {@code u v'}, which lies in memory as the weight does: {@code sigma = <W, u v'>}. */
  private Tensor outerProduct(Backend backend) {
    Tensor outer = backend.allocate(weight.shape());
    for (int i = 0; i < matrix.blocks(); i++) {
      Tensor part = matrix.part(v.tensor(), i);
      Tensor rows = matrix.outputsInColumns() ? part : u.tensor();
      Tensor columns = matrix.outputsInColumns() ? u.tensor() : part;
      backend.gemm(true, false, 1, rows, columns, 0, matrix.block(outer, i));
    }
    return outer;
  }

  @Override
  public Parameter parameter() {
    return weight;
  }

  @Override
  public Shape shape() {
    return weight.shape();
  }
}
