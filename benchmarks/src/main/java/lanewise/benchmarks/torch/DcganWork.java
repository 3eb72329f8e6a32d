package lanewise.benchmarks.torch;

import static org.bytedeco.pytorch.global.torch.batch_norm;
import static org.bytedeco.pytorch.global.torch.conv2d;
import static org.bytedeco.pytorch.global.torch.conv_transpose2d;
import static org.bytedeco.pytorch.global.torch.grad;
import static org.bytedeco.pytorch.global.torch.leaky_relu_;
import static org.bytedeco.pytorch.global.torch.relu_;
import static org.bytedeco.pytorch.global.torch.softplus;

import java.util.List;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.benchmarks.Workload.DcganStep;
import lanewise.model.Dcgan;
import lanewise.train.GanTrainer;
import lanewise.train.AdamOptions;
import lanewise.train.loss.NonSaturating;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/** The step of {@link GanTrainer}; the discriminator is frozen while the generator learns. */
final class DcganWork extends TorchWork {
  private static final long[] ONE = {1, 1};
  private static final long[] ZERO = {0, 0};
  private static final long[] TWO = {2, 2};
  private static final double MOMENTUM = 0.1;
  private static final double EPS = 1e-5;

  private final State generator;
  private final State discriminator;
  private final TensorVector generatorParameters;
  private final TensorVector discriminatorParameters;
  private final FusedAdam generatorAdam;
  private final FusedAdam discriminatorAdam;
  private final Tensor images;
  private final Tensor z;
  private final Scalar slope = own(new Scalar(0.2f));

  DcganWork(Tensors tensors, DcganStep step) {
    super(tensors);
    Dcgan model = step.model();
    try (Backend scalar = Backends.open("scalar", 1);
        GanTrainer trainer =
            new GanTrainer(
                scalar, model, new NonSaturating(), AdamOptions.DCGAN, 2, DcganStep.SEED)) {
      generator = new State(tensors, trainer.generator());
      discriminator = new State(tensors, trainer.discriminator());
    }
    generatorParameters = own(new TensorVector(generator.parameters()));
    discriminatorParameters = own(new TensorVector(discriminator.parameters()));
    generatorAdam = adam(generator);
    discriminatorAdam = adam(discriminator);
    images = own(tensors.uniform(model.imageShape(step.batch()), 1));
    z = own(tensors.uniform(model.latentShape(step.batch()), 2));
  }

  private FusedAdam adam(State state) {
    return new FusedAdam(tensors, List.of(state.parameters()), AdamOptions.DCGAN);
  }

  @Override
  List<Tensor> compute() {
    Tensor fake = generate(z);
    Tensor onReal = discriminate(images);
    Tensor onFake = discriminate(fake.detach());
    Tensor lossD = softplus(onReal.neg()).mean().add(softplus(onFake).mean());
    discriminatorAdam.step(grad(new TensorVector(lossD), discriminatorParameters));
    lossD.item_float();

    discriminator.requireGradients(false);
    Tensor lossG = softplus(discriminate(fake).neg()).mean();
    generatorAdam.step(grad(new TensorVector(lossG), generatorParameters));
    discriminator.requireGradients(true);
    lossG.item_float();
    return List.of(lossD, lossG);
  }

  private Tensor generate(Tensor latents) {
    Tensor x = latents;
    for (int layer = 0; generator.get(weight(layer)) != null; layer += 3) {
      boolean first = layer == 0;
      x =
          conv_transpose2d(
              x,
              generator.get(weight(layer)),
              Tensors.none(),
              first ? ONE : TWO,
              first ? ZERO : ONE,
              ZERO,
              1,
              ONE);
      if (generator.get(weight(layer + 1)) != null) {
        x = relu_(norm(generator, layer + 1, x));
      }
    }
    return x.tanh();
  }

  private Tensor discriminate(Tensor x) {
    Tensor y = convolve(x, 0, TWO, ONE);
    y = leaky_relu_(y, slope);
    int layer = 2;
    for (; discriminator.get(weight(layer + 1)) != null; layer += 3) {
      y = leaky_relu_(norm(discriminator, layer + 1, convolve(y, layer, TWO, ONE)), slope);
    }
    return convolve(y, layer, ONE, ZERO);
  }

  private Tensor convolve(Tensor x, int layer, long[] stride, long[] padding) {
    return conv2d(x, discriminator.get(weight(layer)), Tensors.none(), stride, padding, ONE, 1);
  }

  private static Tensor norm(State state, int layer, Tensor x) {
    String name = "main." + layer + ".";
    return batch_norm(
        x,
        Tensors.some(state.get(name + "weight")),
        Tensors.some(state.get(name + "bias")),
        Tensors.some(state.get(name + "running_mean")),
        Tensors.some(state.get(name + "running_var")),
        true,
        MOMENTUM,
        EPS,
        false);
  }

  private static String weight(int layer) {
    return "main." + layer + ".weight";
  }

  @Override
  public void close() {
    super.close();
    generatorAdam.close();
    discriminatorAdam.close();
    generator.close();
    discriminator.close();
  }
}
