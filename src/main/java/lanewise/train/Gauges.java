package lanewise.train;

import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.nn.Network;

/**
 * Figures by which a GAN's training can be judged, computed on the backend from what a step left
 * there, when {@link GradientNorms} are due.
 */
final class Gauges implements AutoCloseable {
  static final int GRAD_NORM_D = 0;
  static final int GRAD_NORM_G = 1;
  static final int DIVERSITY = 2;
  static final int COUNT = 3;

  private final Network generator;
  private final Network discriminator;
  private final Variable fake;

  /**
   * @param batch the shape of a batch as the discriminator sees it
   */
  Gauges(Network generator, Network discriminator, Shape batch) {
    this.generator = generator;
    this.discriminator = discriminator;
    Backend backend = generator.backend();
    fake = Variable.constant(backend, backend.allocateActivation(batch));
  }

  /** Keeps a batch of the step for afterwards. */
  void keep(Variable fake) {
    fake.backend().copy(fake.tensor(), this.fake.tensor());
  }

  /**
   * Takes them.
   *
   * @param real the batch that the one kept is to be as diverse as
   * @param first the number of the first of them among the results
   */
  void take(Variable real, Results results, int first) {
    GradientNorms.take(results, first, discriminator, generator);
    try (Scope _ = real.backend().scope()) {
      results.add(first + DIVERSITY, Ops.div(variance(fake), variance(real)), 1);
    }
  }

  /**
   * The variance within a batch, summed over all pixels: a scalar. The mean squared distance
   * between two samples of the batch is {@code 2 N / (N - 1)} times that.
   *
   * @param images N x C x H x W
   */
  static Variable variance(Variable images) {
    Variable x = images.detach();
    Shape s = x.shape();
    Shape pixels = Shape.of(1, s.c(), s.h(), s.w());
    Variable mean = Ops.affine(Ops.sum(x, pixels), 1f / s.n(), 0);
    Variable squares = Ops.sum(Ops.square(Ops.sub(x, mean)), Shape.scalar());
    return Ops.affine(squares, 1f / s.n(), 0);
  }

  @Override
  public void close() {
    fake.tensor().close();
  }
}
