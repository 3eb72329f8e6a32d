package lanewise.backend.cuda;

import java.lang.foreign.MemorySegment;
import lanewise.backend.Padding;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.cuda.driver.Function;
import lanewise.backend.cuda.driver.Module;

/** Launches of {@code native/kernels/resampling.cuh}. */
final class Resampling {
  private final Call call;
  private final Function upsample;
  private final Function upsampleAdjoint;
  private final Function pad;
  private final Function padAdjoint;
  private final Function resample;

  Resampling(Module module, Call call) {
    this.call = call;
    upsample = module.function("upsample_nearest");
    upsampleAdjoint = module.function("upsample_nearest_adjoint");
    pad = module.function("reflect_pad");
    padAdjoint = module.function("reflect_pad_adjoint");
    resample = module.function("resample_axes");
  }

  void upsampleNearest(int factor, Tensor x, Tensor y) {
    image(call.start(upsample).i32(factor).operand(x), y).over(y.shape().size());
  }

  void upsampleNearestAdjoint(int factor, Tensor dy, Tensor dx) {
    image(call.start(upsampleAdjoint).i32(factor).operand(dy), dx).over(dx.shape().size());
  }

  void reflectPad(Padding padding, Tensor x, Tensor y) {
    image(call.start(pad).operand(x), y).i32(padding.top()).i32(padding.left());
    sides(x).over(y.shape().size());
  }

  void reflectPadAdjoint(Padding padding, Tensor dy, Tensor dx) {
    image(call.start(padAdjoint).operand(dy), dx).i32(padding.top()).i32(padding.left());
    sides(dy).over(dx.shape().size());
  }

  /**
   * Linear maps of both sides.
   *
   * @param rows a table of {@link AxisMapTables}; {@code columns} likewise
   */
  void resample(MemorySegment rows, MemorySegment columns, Tensor x, Tensor y) {
    image(call.start(resample).pointer(rows).pointer(columns).operand(x), y);
    sides(x).over(y.shape().size());
  }

  /** The image that is written, one thread for each of its elements. */
  private static Call image(Call call, Tensor y) {
    Shape s = y.shape();
    return call.operand(y).i32(s.size()).i32(s.h()).i32(s.w()).i32(s.c());
  }

  private Call sides(Tensor x) {
    return call.i32(x.shape().h()).i32(x.shape().w());
  }
}
