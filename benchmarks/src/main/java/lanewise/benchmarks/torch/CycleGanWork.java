package lanewise.benchmarks.torch;

import static org.bytedeco.pytorch.global.torch.batch_norm;
import static org.bytedeco.pytorch.global.torch.conv2d;
import static org.bytedeco.pytorch.global.torch.conv_transpose2d;
import static org.bytedeco.pytorch.global.torch.grad;
import static org.bytedeco.pytorch.global.torch.group_norm;
import static org.bytedeco.pytorch.global.torch.reflection_pad2d;
import static org.bytedeco.pytorch.global.torch.relu_;
import static org.bytedeco.pytorch.global.torch.square;

import java.util.List;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Shape;
import lanewise.benchmarks.Workload.CycleGanGenerator;
import lanewise.model.ResnetGenerator;
import lanewise.model.TranslatorSpec;
import lanewise.nn.Initialization;
import lanewise.nn.Network;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/** {@link ResnetGenerator} in libtorch. */
final class CycleGanWork extends TorchWork {
  private static final long[] ONE = {1, 1};
  private static final long[] ZERO = {0, 0};
  private static final long[] TWO = {2, 2};
  private static final double EPS = 1e-5;

  private final State state;
  private final TensorVector parameters;
  private final Tensor image;
  private final int last;

  CycleGanWork(Tensors tensors, CycleGanGenerator w) {
    super(tensors);
    try (Backend scalar = Backends.open("scalar", 1);
        Network generator = new Network(scalar, new ResnetGenerator(TranslatorSpec.cycleGan(CycleGanGenerator.BLOCKS)))) {
      generator.initialize(Initialization.DCGAN, CycleGanGenerator.SEED);
      state = new State(tensors, generator);
    }
    Tensor[] all = state.parameters();
    parameters = own(new TensorVector(all));
    // Each convolution's weight is followed by its bias.
    last = all.length - 2;
    image = own(tensors.uniform(Shape.of(1, 3, w.pixels(), w.pixels()), 1));
  }

  @Override
  List<Tensor> compute() {
    Tensor loss = square(generate()).mean();
    TensorVector gradients = grad(new TensorVector(loss), parameters);
    loss.item_float();
    return List.of(loss, gradients.get(0), gradients.get(last));
  }

  private Tensor generate() {
    Tensor x = relu_(norm(convolve(reflectionPad(image, 3), "model.1", ONE, ZERO)));
    int layer = 4;
    for (int i = 0; i < 2; i++, layer += 3) {
      x = relu_(norm(convolve(x, "model." + layer, TWO, ONE)));
    }
    for (int i = 0; i < CycleGanGenerator.BLOCKS; i++, layer++) {
      String block = "model." + layer + ".conv_block.";
      Tensor y = relu_(norm(convolve(reflectionPad(x, 1), block + 1, ONE, ZERO)));
      x = x.add(norm(convolve(reflectionPad(y, 1), block + 5, ONE, ZERO)));
    }
    for (int i = 0; i < 2; i++, layer += 3) {
      x = relu_(norm(transposed(x, "model." + layer)));
    }
    return convolve(reflectionPad(x, 3), "model." + (layer + 1), ONE, ZERO).tanh();
  }

  private static Tensor reflectionPad(Tensor x, long pixels) {
    return reflection_pad2d(x, pixels, pixels, pixels, pixels);
  }

  private Tensor convolve(Tensor x, String layer, long[] stride, long[] padding) {
    return conv2d(
        x,
        state.get(layer + ".weight"),
        Tensors.some(state.get(layer + ".bias")),
        stride,
        padding,
        ONE,
        1);
  }

  private Tensor transposed(Tensor x, String layer) {
    return conv_transpose2d(
        x,
        state.get(layer + ".weight"),
        Tensors.some(state.get(layer + ".bias")),
        TWO,
        ONE,
        ONE,
        1,
        ONE);
  }

  /**
   * Instance norm under its faster names: in NCHW it is a group norm with one channel a group, in
   * channels_last a batch norm, for a batch of one. libtorch 2.10's instance_norm takes 2.7 times
   * as long as the former, and returns wrong gradients when the cotangent is channels_last too.
   */
  private Tensor norm(Tensor x) {
    TensorOptional none = Tensors.none();
    return tensors.format() == MemoryFormat.ChannelsLast
        ? batch_norm(x, none, none, none, none, true, 0, EPS, false)
        : group_norm(x, x.size(1), none, none, EPS, false);
  }

  @Override
  public void close() {
    super.close();
    state.close();
  }
}
