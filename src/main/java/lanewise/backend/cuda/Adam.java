package lanewise.backend.cuda;

import lanewise.backend.AdamSpec;
import lanewise.backend.Tensor;
import lanewise.backend.cuda.driver.Function;
import lanewise.backend.cuda.driver.Module;

/** Launches of {@code native/kernels/adam.cuh}. */
final class Adam {
  private final Call call;
  private final Function adam;

  Adam(Module module, Call call) {
    this.call = call;
    adam = module.function("adam");
  }

  void adam(AdamSpec spec, Tensor rates, Tensor values, Tensor gradients, Tensor m, Tensor v) {
    int size = values.shape().size();
    call.start(adam)
        .f32((float) spec.beta1())
        .f32((float) (1 - spec.beta1()))
        .f32((float) spec.beta2())
        .f32((float) (1 - spec.beta2()))
        .f32((float) spec.eps());
    call.table(rates).table(values).table(gradients).table(m).table(v).i32(size).over(size);
  }
}
