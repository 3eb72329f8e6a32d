package lanewise.backend.cuda;

import lanewise.backend.DropoutSpec;
import lanewise.backend.Tensor;
import lanewise.backend.cuda.driver.Function;
import lanewise.backend.cuda.driver.Module;

/** Launches of {@code native/kernels/dropout.cuh}. */
final class Dropout {
  private final Call call;
  private final Function dropout;

  Dropout(Module module, Call call) {
    this.call = call;
    dropout = module.function("dropout");
  }

  void draw(DropoutSpec spec, Tensor key, Tensor mask) {
    int size = mask.shape().size();
    call.start(dropout).table(key);
    call.i32(DropoutSpec.mix(spec.salt())).i32(DropoutSpec.mix(~spec.salt()));
    call.i32(spec.threshold()).f32(spec.scale()).table(mask).i32(size).over(size);
  }
}
