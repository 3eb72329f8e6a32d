package lanewise.torch;

import java.util.LinkedHashMap;
import java.util.Map;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.model.GanSpec;
import lanewise.model.Mlp;
import lanewise.model.Norm;
import lanewise.model.Upsampling;
import lanewise.nn.Network;
import lanewise.nn.Statistics;
import lanewise.train.loss.NonSaturating;

/** One case of mlp.json: both networks for points in the plane, and the gradients of a step. */
final class Perceptron {
  private final Backend backend;
  private final TorchCase c;
  private final GanSpec spec;
  private final Network generator;
  private final Network discriminator;

  Perceptron(Backend backend, TorchCase c) {
    this.backend = backend;
    this.c = c;
    spec =
        new GanSpec(
            1,
            2,
            c.integer("latent"),
            c.integer("ngf"),
            c.integer("ndf"),
            Norm.BATCH,
            Norm.NONE,
            false,
            false,
            Upsampling.TRANSPOSED,
            0,
            c.integer("pack"));
    Mlp model = new Mlp(spec);
    generator = network("generator", new Network(backend, model.generator()));
    discriminator = network("discriminator", new Network(backend, model.discriminator()));
  }

  private Network network(String name, Network network) {
    network
        .state()
        .forEach(
            (key, p) -> {
              if (p.gradient() != null) {
                backend.upload(c.input(name + "." + key).floats(), p.tensor());
              }
            });
    return network;
  }

  /** Everything that the case has numbers of. */
  Map<String, Tensor> step() {
    Map<String, Tensor> results = new LinkedHashMap<>();
    Shape latents = spec.latentShape(c.input("z").shape()[0]);
    Variable points = generator.forward(data("z", latents), Statistics.BATCH);
    Shape packs = spec.judgedShape(latents.n());
    Variable onReal = discriminator.forward(data("real", packs), Statistics.BATCH);
    Variable onFake = discriminator.forward(Ops.pack(points, spec.pack()), Statistics.BATCH);
    Variable lossD = new NonSaturating().discriminator(onReal, onFake);
    Variable lossG = new NonSaturating().generator(onFake);
    discriminator.backward(lossD);
    generator.backward(lossG);
    results.put("points", points.tensor());
    results.put("onReal", onReal.tensor());
    results.put("onFake", onFake.tensor());
    results.put("lossD", lossD.tensor());
    results.put("lossG", lossG.tensor());
    gradients("generator", generator, results);
    gradients("discriminator", discriminator, results);
    return results;
  }

  private static void gradients(String name, Network network, Map<String, Tensor> results) {
    network
        .state()
        .forEach(
            (key, p) -> {
              if (p.gradient() != null) {
                results.put("d" + name + "." + key, p.gradient());
              }
            });
  }

  private Variable data(String name, Shape shape) {
    Tensor tensor = backend.allocate(shape);
    backend.upload(c.input(name).floats(), tensor);
    return Variable.constant(backend, tensor);
  }
}
