package lanewise.train.loss;

import lanewise.autograd.Ops;
import lanewise.autograd.Variable;

/**
 * LSGAN (Mao et al. 2017, eq. 9): half the squared distance of the scores from 1 for real images
 * and from 0 for fake ones; the generator wants 1.
 *
 * @param labelSmoothing by how much less than 1 the discriminator shall give real images
 */
public record LeastSquares(float labelSmoothing) implements GanLoss {

  @Override
  public Variable discriminator(Variable onReal, Variable onFake) {
    return Ops.add(distance(onReal, 1 - labelSmoothing), distance(onFake, 0));
  }

  @Override
  public Variable generator(Variable onFake) {
    return distance(onFake, 1);
  }

  private static Variable distance(Variable scores, float target) {
    return Ops.affine(Ops.mean(Ops.square(Ops.affine(scores, 1, -target))), 0.5f, 0);
  }

  @Override
  public boolean isLogit() {
    return false;
  }
}
