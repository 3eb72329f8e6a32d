package lanewise.backend.cuda;

import java.lang.foreign.MemorySegment;
import lanewise.backend.AxisOrder;
import lanewise.backend.ElementType;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.cuda.driver.Function;
import lanewise.backend.cuda.driver.Module;

/** Launches of {@code native/kernels/transpose.cuh}: changes of the order of elements. */
final class Permutation {
  private static final int TILE = 32;

  private final Call call;
  private final Pointwise pointwise;
  private final Function transpose;
  private final Function permute;

  Permutation(Module module, Call call, Pointwise pointwise) {
    this.call = call;
    this.pointwise = pointwise;
    transpose = module.function("transpose");
    permute = module.function("permute");
  }

  /**
   * Stores elements that come in PyTorch's order.
   *
   * @param source fp32 in NCHW, or OIHW for a filter, in device memory
   */
  void fromPyTorch(MemorySegment source, Tensor target) {
    AxisOrder order = AxisOrder.fromPyTorch(target.shape());
    permute(order, source, ElementType.F32, target.segment(), target.type());
  }

  /**
   * Gives elements in PyTorch's order.
   *
   * @param target fp32 in NCHW, or OIHW for a filter, in device memory
   */
  void toPyTorch(Tensor source, MemorySegment target) {
    AxisOrder order = AxisOrder.toPyTorch(source.shape());
    permute(order, source.segment(), source.type(), target, ElementType.F32);
  }

  /** A filter as cuDNN wants it beside NHWC images: out x kh x kw x in. */
  void toKrsc(Tensor filter, MemorySegment krsc, ElementType type) {
    permute(krsc(filter.shape()), filter.segment(), filter.type(), krsc, type);
  }

  /** The inverse of {@link #toKrsc}. */
  void fromKrsc(MemorySegment krsc, ElementType type, Tensor filter) {
    AxisOrder order = krsc(filter.shape()).inverse();
    permute(order, krsc, type, filter.segment(), filter.type());
  }

  private static AxisOrder krsc(Shape filter) {
    return AxisOrder.of(new int[] {filter.plane() * filter.c(), filter.n()}, 1, 0);
  }

  void permute(AxisOrder order, Tensor x, Tensor y) {
    permute(order, x.segment(), x.type(), y.segment(), y.type());
  }

  private void permute(
      AxisOrder order,
      MemorySegment from,
      ElementType fromType,
      MemorySegment to,
      ElementType toType) {
    AxisOrder simple = order.simplified();
    int rank = simple.rank();
    if (rank == 1) {
      pointwise.convert(from, fromType, to, toType, simple.size());
      return;
    }
    boolean movesLast = simple.axes()[rank - 1] != rank - 1;
    boolean transposes = movesLast && rank <= 3;
    call.start(transposes ? transpose : permute).operand(from, fromType).operand(to, toType);
    if (transposes) {
      transpose(simple);
    } else {
      gather(simple);
    }
  }

  /** Swaps the axes that are the last one before and after; a third one is the batch. */
  private void transpose(AxisOrder order) {
    boolean isBatch = order.rank() == 3;
    int[] result = order.resultSizes();
    int[] source = order.resultStrides();
    int[] sizes = isBatch ? result : new int[] {1, result[0], result[1]};
    int[] xStrides = isBatch ? source : new int[] {0, source[0], source[1]};
    int[] yStrides = {sizes[1] * sizes[2], sizes[2]};
    int columns = xStrides[0] == 1 ? 0 : 1;
    int batch = 1 - columns;
    call.i32(sizes[batch]).i32(sizes[2]).i32(sizes[columns]);
    call.i32(xStrides[batch]).i32(xStrides[2]).i32(yStrides[batch]).i32(yStrides[columns]);
    long tiles = (long) Tiles.ceilDiv(sizes[2], TILE) * Tiles.ceilDiv(sizes[columns], TILE);
    call.launch(sizes[batch] * tiles, Call.THREADS);
  }

  private void gather(AxisOrder order) {
    int absent = AxisOrder.MOST_AXES - order.rank();
    call.i32(order.size());
    for (int i = 0; i < absent; i++) {
      call.i32(1);
    }
    for (int size : order.resultSizes()) {
      call.i32(size);
    }
    for (int i = 0; i < absent; i++) {
      call.i32(0);
    }
    for (int stride : order.resultStrides()) {
      call.i32(stride);
    }
    call.over(order.size());
  }
}
