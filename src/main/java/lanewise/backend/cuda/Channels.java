package lanewise.backend.cuda;

import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.cuda.driver.Function;
import lanewise.backend.cuda.driver.Module;

/** Launches of {@code native/kernels/channels.cuh}. */
final class Channels {
  private final Call call;
  private final Function copy;

  Channels(Module module, Call call) {
    this.call = call;
    copy = module.function("copy_channels");
  }

  void copy(Tensor source, int from, Tensor target, int to, int count) {
    Shape shape = target.shape();
    int size = shape.n() * shape.plane() * count;
    call.start(copy).operand(source).i32(source.shape().c()).i32(from);
    call.operand(target).i32(shape.c()).i32(to).i32(count).i32(size).over(size);
  }
}
