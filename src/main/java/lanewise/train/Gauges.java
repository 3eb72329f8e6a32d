package lanewise.train;

import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.Unary.Elementary;
import lanewise.nn.Network;

/**
 * Figures by which a training can be judged, computed on the backend from what a step left there.
 */
final class Gauges {
  private Gauges() {}

  /** The Euclidean norm of a network's gradients, all parameters together: a scalar. */
  static Variable gradientNorm(Network network) {
    Backend backend = network.backend();
    Tensor gradients = network.gradients();
    Tensor squares = backend.allocate(gradients.shape());
    backend.map(Elementary.SQUARE, gradients, squares);
    Variable sum = Ops.sum(Variable.constant(backend, squares), Shape.scalar());
    return Ops.sqrt(sum);
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
    return Ops.affine(Ops.sum(Ops.square(Ops.sub(x, mean)), Shape.scalar()), 1f / s.n(), 0);
  }
}
