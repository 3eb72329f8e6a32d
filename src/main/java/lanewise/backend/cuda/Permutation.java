package lanewise.backend.cuda;

import java.lang.foreign.MemorySegment;
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

  Permutation(Module module, Call call, Pointwise pointwise) {
    this.call = call;
    this.pointwise = pointwise;
    transpose = module.function("transpose");
  }

  /**
   * Stores elements that come in PyTorch's order.
   *
   * @param source fp32 in NCHW, or OIHW for a filter, in device memory
   */
  void fromPyTorch(MemorySegment source, Tensor target) {
    Shape s = target.shape();
    MemorySegment to = target.segment();
    switch (s.layout()) {
      case NHWC -> images(source, ElementType.F32, to, target.type(), s.n(), s.c(), s.plane());
      case HWIO -> {
        int taps = s.plane();
        call.start(transpose).operand(source, ElementType.F32).operand(to, target.type());
        launch(s.c(), s.n(), taps, taps, s.c() * taps, s.n(), s.c() * s.n());
      }
    }
  }

  /**
   * Gives elements in PyTorch's order.
   *
   * @param target fp32 in NCHW, or OIHW for a filter, in device memory
   */
  void toPyTorch(Tensor source, MemorySegment target) {
    Shape s = source.shape();
    MemorySegment from = source.segment();
    switch (s.layout()) {
      case NHWC -> images(from, source.type(), target, ElementType.F32, s.n(), s.plane(), s.c());
      case HWIO -> {
        int taps = s.plane();
        call.start(transpose).operand(from, source.type()).operand(target, ElementType.F32);
        launch(s.c(), taps, s.n(), s.n(), s.c() * s.n(), taps, s.c() * taps);
      }
    }
  }

  /** A filter as cuDNN wants it beside NHWC images: out x kh x kw x in. */
  void toKrsc(Tensor filter, MemorySegment krsc, ElementType type) {
    Shape s = filter.shape();
    images(filter.segment(), filter.type(), krsc, type, 1, s.plane() * s.c(), s.n());
  }

  /** The inverse of {@link #toKrsc}. */
  void fromKrsc(MemorySegment krsc, ElementType type, Tensor filter) {
    Shape s = filter.shape();
    images(krsc, type, filter.segment(), filter.type(), 1, s.n(), s.plane() * s.c());
  }

  /** Transposes each of {@code batch} matrices that lie one behind the other. */
  private void images(
      MemorySegment from,
      ElementType fromType,
      MemorySegment to,
      ElementType toType,
      int batch,
      int rows,
      int columns) {
    int size = rows * columns;
    if (rows == 1 || columns == 1) {
      pointwise.convert(from, fromType, to, toType, batch * size);
    } else {
      call.start(transpose).operand(from, fromType).operand(to, toType);
      launch(batch, rows, columns, size, columns, size, rows);
    }
  }

  private void launch(
      int batch, int rows, int columns, int fromBatch, int fromRow, int toBatch, int toRow) {
    call.i32(batch).i32(rows).i32(columns).i32(fromBatch).i32(fromRow).i32(toBatch).i32(toRow);
    call.launch(
        (long) batch * Tiles.ceilDiv(rows, TILE) * Tiles.ceilDiv(columns, TILE), Call.THREADS);
  }
}
