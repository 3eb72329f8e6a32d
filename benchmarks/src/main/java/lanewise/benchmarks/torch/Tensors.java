package lanewise.benchmarks.torch;

import static org.bytedeco.pytorch.global.torch.from_blob;

import lanewise.backend.Shape;
import lanewise.benchmarks.Inputs;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/** libtorch tensors from and to Java arrays, images and filters in one memory format. */
record Tensors(MemoryFormat format) {

  Tensor of(float[] values, long... dimensions) {
    try (FloatPointer data = new FloatPointer(values);
        Tensor view = from_blob(data, dimensions);
        Tensor copy = view.clone()) {
      // A new handle, on the copy itself or on another in the wanted order.
      return dimensions.length == 4 ? copy.contiguous(format) : copy.contiguous();
    }
  }

  Tensor uniform(Shape s, long seed) {
    return of(Inputs.uniform(s.size(), seed), s.n(), s.c(), s.h(), s.w());
  }

  Tensor vector(int size, long seed) {
    return of(Inputs.uniform(size, seed), size);
  }

  /** The elements in the order of the dimensions, whatever the memory format. */
  static float[] read(Tensor t) {
    try (PointerScope _ = new PointerScope()) {
      float[] values = new float[(int) t.numel()];
      t.detach().contiguous().data_ptr_float().get(values);
      return values;
    }
  }

  static TensorOptional none() {
    return new TensorOptional();
  }

  static TensorOptional some(Tensor t) {
    return t == null ? none() : new TensorOptional(t);
  }
}
