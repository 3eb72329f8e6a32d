package lanewise.backend.cuda;

import java.lang.foreign.MemorySegment;
import lanewise.backend.ElementType;
import lanewise.backend.Tensor;
import lanewise.backend.cuda.driver.Function;
import lanewise.backend.cuda.driver.Module;
import lanewise.backend.cuda.driver.Workspace;

/** Launches of {@code native/kernels/gemm.cuh}. */
final class Gemm {
  private static final int LARGE = 128;
  private static final int SMALL = 64;

  /** Products that one block sums at least: below that, another block costs more than it saves. */
  private static final int INNER_PER_SPLIT = 256;

  private final Call call;
  private final Reduction reduction;
  private final Workspace workspace;
  private final Function large;
  private final Function small;

  Gemm(Module module, Call call, Reduction reduction, Workspace workspace) {
    this.call = call;
    this.reduction = reduction;
    this.workspace = workspace;
    large = module.function("gemm_large");
    small = module.function("gemm_small");
  }

  /**
   * Large tiles where there are enough of them for every multiprocessor; else small ones, and where
   * even these are too few and c is overwritten, the inner dimension is cut and the parts are
   * summed.
   */
  void gemm(
      boolean transposeA,
      boolean transposeB,
      float alpha,
      Tensor a,
      Tensor b,
      float beta,
      Tensor c) {
    int rows = c.shape().n();
    int columns = c.shape().c();
    int inner = transposeA ? a.shape().n() : a.shape().c();
    boolean isLarge = tiles(rows, columns, LARGE) >= call.multiprocessors();
    long blocks = tiles(rows, columns, isLarge ? LARGE : SMALL);
    int splits = beta == 0 ? splits(blocks, inner) : 1;
    int size = rows * columns;
    long partialBytes = splits == 1 ? 0 : (long) splits * size * Float.BYTES;
    MemorySegment partial = workspace.take(partialBytes);
    call.start(isLarge ? large : small).i32(transposeA ? 1 : 0).i32(transposeB ? 1 : 0).f32(alpha);
    call.operand(a).operand(b).f32(beta);
    if (splits == 1) {
      call.operand(c);
    } else {
      call.operand(partial, ElementType.F32);
    }
    call.i32(rows).i32(columns).i32(inner).i32(splits).launch(blocks * splits, Call.THREADS);
    if (splits > 1) {
      reduction.sumWhole(partial, c.segment(), c.type(), 1, splits, size);
    }
  }

  private static long tiles(int rows, int columns, int side) {
    return (long) Tiles.ceilDiv(rows, side) * Tiles.ceilDiv(columns, side);
  }

  private int splits(long blocks, int inner) {
    int most = Math.max(1, inner / INNER_PER_SPLIT);
    int wanted = (int) Math.min(most, Math.max(1, 2L * call.multiprocessors() / blocks));
    return Tiles.ceilDiv(inner, Tiles.ceilDiv(inner, wanted));
  }
}
