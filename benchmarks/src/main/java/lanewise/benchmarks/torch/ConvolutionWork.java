package lanewise.benchmarks.torch;

import static org.bytedeco.pytorch.global.torch.conv2d;
import static org.bytedeco.pytorch.global.torch.convolution_backward;

import java.util.List;
import lanewise.benchmarks.Workload.Convolution;
import lanewise.benchmarks.Workload.Pass;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.LongArrayRefOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.Tensor;

final class ConvolutionWork extends TorchWork {
  private static final long[] ONE = {1, 1};
  private static final long[] ZERO = {0, 0};

  private final Pass pass;
  private final long[] stride;
  private final long[] padding;
  private final Tensor x;
  private final Tensor w;
  private final Tensor dy;

  ConvolutionWork(Tensors tensors, Convolution c) {
    super(tensors);
    pass = c.pass();
    stride = new long[] {c.stride(), c.stride()};
    padding = new long[] {c.pad(), c.pad()};
    x = own(tensors.uniform(c.x(), 1));
    w = own(tensors.uniform(c.w(), 2));
    dy = own(tensors.uniform(c.y(), 3));
  }

  @Override
  List<Tensor> compute() {
    try (NoGradGuard _ = new NoGradGuard()) {
      return List.of(
          switch (pass) {
            case FORWARD -> conv2d(x, w, Tensors.none(), stride, padding, ONE, 1);
            case BACKWARD_DATA -> backward().get0();
            case BACKWARD_FILTER -> backward().get1();
          });
    }
  }

  private T_TensorTensorTensor_T backward() {
    BoolPointer wanted = new BoolPointer(3);
    wanted.put(0, pass == Pass.BACKWARD_DATA);
    wanted.put(1, pass == Pass.BACKWARD_FILTER);
    wanted.put(2, false);
    LongArrayRefOptional noBias = new LongArrayRefOptional();
    return convolution_backward(dy, x, w, noBias, stride, padding, ONE, false, ZERO, 1, wanted);
  }
}
