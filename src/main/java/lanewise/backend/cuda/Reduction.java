package lanewise.backend.cuda;

import java.lang.foreign.MemorySegment;
import lanewise.backend.ElementType;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.cuda.driver.Function;
import lanewise.backend.cuda.driver.Module;
import lanewise.backend.cuda.driver.Workspace;

/**
 * Launches of {@code native/kernels/reduction.cuh}.
 *
 * <p>A sum over any dimensions is done from the fastest one outwards. What neighbouring dimensions
 * have in common is one sum of [outer][rows][inner] over its rows, and there are at most two of
 * these. Each leaves fp32.
 */
final class Reduction {
  private static final int RANK = 4;
  private static final long ALIGNMENT = 256;

  /** Blocks a multiprocessor, of which several run at once. */
  private static final int BLOCKS = 4;

  /** A thread sums at least so many rows before they are cut. */
  private static final int ROWS_PER_THREAD = 16;

  private final Call call;
  private final Pointwise pointwise;
  private final Workspace workspace;
  private final Function sum;
  private final int[] sizes = new int[RANK];
  private final boolean[] summed = new boolean[RANK];

  Reduction(Module module, Call call, Pointwise pointwise, Workspace workspace) {
    this.call = call;
    this.pointwise = pointwise;
    this.workspace = workspace;
    sum = module.function("sum");
  }

  void sum(Tensor x, Tensor y) {
    int rank = collapse(x.shape(), y.shape());
    int at = innermost(rank);
    if (at < 0) {
      pointwise.copy(x, y);
      return;
    }
    Plan first = plan(rank, at);
    summed[at] = false;
    sizes[at] = 1;
    int next = innermost(rank);
    if (next < 0) {
      MemorySegment partial = workspace.take(first.partialBytes());
      sum(x.segment(), x.type(), y.segment(), y.type(), first, partial);
      return;
    }
    Plan second = plan(rank, next);
    long between = (first.resultBytes() + ALIGNMENT - 1) & -ALIGNMENT;
    long partialBytes = Math.max(first.partialBytes(), second.partialBytes());
    MemorySegment scratch = workspace.take(between + partialBytes);
    MemorySegment partial = scratch.asSlice(between);
    sum(x.segment(), x.type(), scratch, ElementType.F32, first, partial);
    sum(scratch, ElementType.F32, y.segment(), y.type(), second, partial);
  }

  private void sum(
      MemorySegment x,
      ElementType xType,
      MemorySegment y,
      ElementType yType,
      Plan plan,
      MemorySegment partial) {
    if (plan.partials() == 1) {
      launch(x, xType, y, yType, plan);
    } else {
      launch(x, xType, partial, ElementType.F32, plan);
      sumWhole(partial, y, yType, plan.outer, plan.partials(), plan.inner);
    }
  }

  /** {@code y[outer][inner]} = the sums of {@code x[outer][rows][inner]}, fp32, in one launch. */
  void sumWhole(
      MemorySegment x, MemorySegment y, ElementType yType, int outer, int rows, int inner) {
    Tiles tiles = Tiles.of(outer, rows, inner, 1, rows);
    launch(x, ElementType.F32, y, yType, new Plan(outer, rows, inner, 1, tiles));
  }

  private void launch(
      MemorySegment x, ElementType xType, MemorySegment y, ElementType yType, Plan p) {
    call.start(sum).operand(x, xType).operand(y, yType);
    call.i32(p.outer).i32(p.rows / p.neighbours).i32(p.inner * p.neighbours);
    call.i32(p.tiles.lanes()).i32(p.tiles.rows()).i32(p.tiles.splits());
    call.launch(p.tiles.blocks(), Call.THREADS);
  }

  /**
   * The sums of [outer][rows][inner] over its rows.
   *
   * @param neighbours rows that the kernel takes for one that is as many times as wide: 4 where
   *     rows are single elements, so that quads are loaded, else 1
   */
  private record Plan(int outer, int rows, int inner, int neighbours, Tiles tiles) {

    /** Of each sum. */
    int partials() {
      return tiles.splits() * neighbours;
    }

    long partialBytes() {
      return partials() == 1 ? 0 : resultBytes() * partials();
    }

    long resultBytes() {
      return (long) outer * inner * Float.BYTES;
    }
  }

  /** For the dimension {@code at}. */
  private Plan plan(int rank, int at) {
    int outer = product(0, at);
    int rows = sizes[at];
    int inner = product(at + 1, rank);
    boolean single = inner == 1 && rows % Tiles.QUAD == 0 && rows >= ROWS_PER_THREAD * Call.THREADS;
    int neighbours = single ? Tiles.QUAD : 1;
    long wanted = (long) BLOCKS * call.multiprocessors();
    Tiles tiles = Tiles.of(outer, rows / neighbours, inner * neighbours, wanted, ROWS_PER_THREAD);
    return new Plan(outer, rows, inner, neighbours, tiles);
  }

  /** Puts x's dimensions in the order of storage, neighbours of one kind merged; their number. */
  private int collapse(Shape x, Shape y) {
    int rank = 0;
    for (int d = 0; d < RANK; d++) {
      int size = Broadcast.size(x, x.layout(), d);
      boolean gone = size != 1 && (y.size() == 1 || Broadcast.size(y, x.layout(), d) == 1);
      if (size == 1) {
        continue;
      }
      if (rank > 0 && summed[rank - 1] == gone) {
        sizes[rank - 1] *= size;
      } else {
        sizes[rank] = size;
        summed[rank++] = gone;
      }
    }
    return rank;
  }

  private int innermost(int rank) {
    int at = rank - 1;
    while (at >= 0 && !summed[at]) {
      at--;
    }
    return at;
  }

  private int product(int from, int to) {
    int product = 1;
    for (int d = from; d < to; d++) {
      product *= sizes[d];
    }
    return product;
  }
}
