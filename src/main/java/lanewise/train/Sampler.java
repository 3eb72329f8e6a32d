package lanewise.train;

import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Scope;
import lanewise.backend.Tensor;
import lanewise.model.GanSpec;
import lanewise.nn.Network;
import lanewise.nn.Pass;
import lanewise.nn.Statistics;

/**
 * Makes images of latents.
 *
 * @param generator a network of {@code spec}
 */
record Sampler(Network generator, GanSpec spec) {

  /**
   * The images of latents, of all classes in turn where the generator is told classes.
   *
   * @param z N x latent
   * @param first the number of the first sample, for its class
   * @return N x C x H x W in (-1, 1), PyTorch's order
   */
  float[] images(float[] z, int first, Statistics statistics) {
    int count = z.length / spec.latent();
    return images(z, Labels.inTurn(first, count, Math.max(1, spec.classes())), statistics);
  }

  /** The same with a class for each, which is of no matter where the generator is told none. */
  float[] images(float[] z, int[] labels, Statistics statistics) {
    Backend backend = generator.backend();
    try (Scope _ = backend.scope()) {
      Tensor latent = backend.allocateActivation(spec.latentShape(z.length / spec.latent()));
      backend.upload(z, latent);
      Variable condition =
          spec.classes() == 0 ? null : Labels.oneHot(backend, labels, spec.classes());
      Variable images =
          generator.forward(Variable.constant(backend, latent), new Pass(statistics, condition));
      float[] pixels = new float[images.shape().size()];
      backend.read(images.tensor(), pixels);
      return pixels;
    }
  }
}
