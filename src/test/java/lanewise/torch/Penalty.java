package lanewise.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lanewise.autograd.Gradients;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.ConvSpec;
import lanewise.backend.NormScope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.io.TensorEntry;
import lanewise.nn.Conv2d;
import lanewise.nn.LeakyReLU;
import lanewise.nn.MinibatchStddev;
import lanewise.nn.Modulation;
import lanewise.nn.Module;
import lanewise.nn.Network;
import lanewise.nn.Normalization;
import lanewise.nn.Parameter;
import lanewise.nn.Pointwise;
import lanewise.nn.Sequential;
import lanewise.nn.Statistics;
import lanewise.train.StateDict;

/** One case of penalties.json: the penalty of a small discriminator and its gradients. */
final class Penalty {
  private final Backend backend;
  private final TorchCase c;
  private final Network discriminator;

  Penalty(Backend backend, TorchCase c) {
    this.backend = backend;
    this.c = c;
    float slope = c.number("negative_slope");
    Module norm = norm((String) c.attributes().get("norm"));
    int channels = norm.outputShape(Shape.of(2, 16, 3, 3)).c();
    discriminator =
        new Network(
            backend,
            new Sequential(
                new Conv2d(3, 8, 4, ConvSpec.of(2, 1), true),
                new LeakyReLU(slope),
                new Conv2d(8, 16, 4, 2, 1),
                norm,
                new LeakyReLU(slope),
                new Conv2d(channels, 1, 3, ConvSpec.of(1, 0), true)));
    StateDict.load(discriminator, state(), c.name());
  }

  private Module norm(String name) {
    return switch (name) {
      case "batch" -> normalization(NormScope.BATCH);
      case "instance" -> normalization(NormScope.INSTANCE);
      case "minibatch_stddev" -> new MinibatchStddev();
      case "none" -> Pointwise.identity();
      default -> throw new AssertionError("No test knows the norm " + name);
    };
  }

  private Module normalization(NormScope scope) {
    return new Normalization(scope, 16, c.number("eps"), Modulation.PER_CHANNEL, 0);
  }

  private List<TensorEntry> state() {
    List<TensorEntry> state = new ArrayList<>();
    c.inputs()
        .forEach(
            (name, t) -> {
              if (name.endsWith("weight") || name.endsWith("bias")) {
                state.add(new TensorEntry(name, t.dimensions(), t.floats()));
              }
            });
    return state;
  }

  /** The parameters by name, whose gradients {@link #backward} sets. */
  Map<String, Parameter> parameters() {
    return discriminator.state();
  }

  /** Computes the penalty and its gradients. */
  float backward() {
    Variable penalty =
        switch (c.op()) {
          case "r1" -> r1();
          case "wgan_gp" -> wganGp();
          default -> throw new AssertionError("No test knows the penalty " + c.op());
        };
    discriminator.backward(penalty);
    return penalty.item();
  }

  /** {@code gamma / 2 * mean |grad D(x)|^2}: Mescheder et al. 2018, eq. 9. */
  private Variable r1() {
    Variable squares = squaredLengths(data("real"));
    return Ops.affine(Ops.mean(squares), c.number("gamma") / 2, 0);
  }

  /** {@code lambda * mean (|grad D(x)| - 1)^2} between real and fake: Gulrajani et al. 2017. */
  private Variable wganGp() {
    Variable epsilon = data("epsilon");
    Variable fakeShare = Ops.affine(epsilon, -1, 1);
    Variable x = Ops.add(Ops.mul(epsilon, data("real")), Ops.mul(fakeShare, data("fake")));
    Variable lengths = Ops.sqrt(squaredLengths(x));
    Variable excess = Ops.square(Ops.affine(lengths, 1, -1));
    return Ops.affine(Ops.mean(excess), c.number("lambda"), 0);
  }

  /** {@code |grad_x sum D(x)|^2} of each sample. */
  private Variable squaredLengths(Variable images) {
    Variable x = Variable.leaf(backend, images.tensor());
    Variable logits = discriminator.forward(x, Statistics.BATCH);
    Variable sum = Ops.sum(logits, Shape.scalar());
    Variable gradient = Gradients.of(sum, List.of(x), true).getFirst();
    return Ops.sum(Ops.square(gradient), Shape.of(x.shape().n(), 1, 1, 1));
  }

  private Variable data(String name) {
    Tensor tensor = backend.allocate(c.input(name).activation());
    backend.upload(c.input(name).floats(), tensor);
    return Variable.constant(backend, tensor);
  }
}
