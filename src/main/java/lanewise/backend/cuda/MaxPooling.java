package lanewise.backend.cuda;

import lanewise.backend.PoolSpec;
import lanewise.backend.PoolSpec.Side;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.cuda.driver.Function;
import lanewise.backend.cuda.driver.Module;

/** Launches of {@code native/kernels/pooling.cuh}. */
final class MaxPooling {
  private final Call call;
  private final Function pick;
  private final Function scatter;

  MaxPooling(Module module, Call call) {
    this.call = call;
    pick = module.function("max_pool");
    scatter = module.function("max_pool_adjoint");
  }

  void pick(PoolSpec spec, Tensor x, Tensor values, Tensor y) {
    Shape s = y.shape();
    call.start(pick).operand(x).operand(values).operand(y);
    call.i32(s.size()).i32(s.h()).i32(s.w()).i32(s.c());
    windows(spec, x.shape()).over(s.size());
  }

  void scatter(PoolSpec spec, Tensor x, Tensor dy, Tensor dx) {
    Shape s = dx.shape();
    call.start(scatter).operand(x).operand(dy).operand(dx);
    call.i32(s.size()).i32(dy.shape().h()).i32(dy.shape().w()).i32(s.c());
    windows(spec, s).over(s.size());
  }

  private Call windows(PoolSpec spec, Shape image) {
    return side(side(call, spec.rows(), image.h()), spec.columns(), image.w());
  }

  private static Call side(Call call, Side side, int size) {
    return call.i32(side.kernel()).i32(side.stride()).i32(side.before()).i32(size);
  }
}
