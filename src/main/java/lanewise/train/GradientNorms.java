package lanewise.train;

import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.Unary.Elementary;
import lanewise.nn.Network;

/**
 * The Euclidean norms of networks' gradients, all parameters together, computed from what a step
 * left in their blocks. That reads whole blocks, so it is done after every {@value #INTERVAL}th
 * step only.
 */
public final class GradientNorms {
  static final int INTERVAL = 10;

  private GradientNorms() {}

  /** Whether they are to be taken after a step, counted from 1. */
  public static boolean areDue(long step) {
    return step % INTERVAL == 0;
  }

  /** Whether a result of a step is one of them; an infinite one is none, which JSON lacks. */
  public static boolean isMeasured(long step, float result) {
    return areDue(step) && Float.isFinite(result);
  }

  /**
   * Takes those of some networks.
   *
   * @param first the number of the first of them among the results; the others follow
   */
  public static void take(Results results, int first, Network... networks) {
    for (int i = 0; i < networks.length; i++) {
      try (Scope _ = networks[i].backend().scope()) {
        results.add(first + i, of(networks[i]), 1);
      }
    }
  }

  /** That of one network: a scalar. */
  static Variable of(Network network) {
    Backend backend = network.backend();
    Tensor gradients = network.gradients();
    Tensor squares = backend.allocate(gradients.shape());
    backend.map(Elementary.SQUARE, gradients, squares);
    return Ops.sqrt(Ops.sum(Variable.constant(backend, squares), Shape.scalar()));
  }
}
