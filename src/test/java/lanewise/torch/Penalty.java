package lanewise.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
import lanewise.train.loss.GradientPenalty;

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
          case "r1" -> GradientPenalty.r1(this::discriminate, data("real"), c.number("gamma"));
          case "wgan_gp" ->
              GradientPenalty.wganGp(
                  this::discriminate,
                  data("real"),
                  data("fake"),
                  data("epsilon"),
                  c.number("lambda"));
          default -> throw new AssertionError("No test knows the penalty " + c.op());
        };
    discriminator.backward(penalty);
    return penalty.item();
  }

  private Variable discriminate(Variable x) {
    return discriminator.forward(x, Statistics.BATCH);
  }

  private Variable data(String name) {
    Tensor tensor = backend.allocate(c.input(name).activation());
    backend.upload(c.input(name).floats(), tensor);
    return Variable.constant(backend, tensor);
  }
}
