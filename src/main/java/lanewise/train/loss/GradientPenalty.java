package lanewise.train.loss;

import java.util.List;
import java.util.function.UnaryOperator;
import lanewise.autograd.Gradients;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Shape;

/**
 * Penalties on the gradient of a discriminator's scores with respect to its input, which can
 * themselves be differentiated.
 *
 * <p>The gradient is that of the sum of all scores: with batch norm it contains a sample's
 * influence on the others, as in PyTorch's usual implementations.
 */
public final class GradientPenalty {
  /** The weight that WGAN-GP's authors use (Gulrajani et al. 2017, algorithm 1). */
  public static final double WGAN_GP_WEIGHT = 10;

  /** Keeps the derivative of a length finite at 0; far below fp32's resolution of 1. */
  private static final float TINY = 1e-12f;

  private GradientPenalty() {}

  /**
   * {@code gamma / 2 * mean |grad D(x)|^2} at real samples (R1: Mescheder et al. 2018, eq. 9).
   *
   * @return a scalar
   */
  public static Variable r1(UnaryOperator<Variable> discriminator, Variable real, float gamma) {
    return Ops.affine(Ops.mean(squaredLengths(discriminator, real)), gamma / 2, 0);
  }

  /**
   * {@code lambda * mean (|grad D(x)| - 1)^2} at {@code x = epsilon real + (1 - epsilon) fake}
   * (WGAN-GP: Gulrajani et al. 2017, algorithm 1).
   *
   * @param epsilon N x 1 x 1 x 1, between 0 and 1
   * @return a scalar
   */
  public static Variable wganGp(
      UnaryOperator<Variable> discriminator,
      Variable real,
      Variable fake,
      Variable epsilon,
      float lambda) {
    Variable x =
        Ops.add(Ops.mul(real, epsilon), Ops.mul(fake.detach(), Ops.affine(epsilon, -1, 1)));
    Variable lengths = Ops.sqrt(Ops.affine(squaredLengths(discriminator, x), 1, TINY));
    return Ops.affine(Ops.mean(Ops.square(Ops.affine(lengths, 1, -1))), lambda, 0);
  }

  /** {@code |grad_x sum D(x)|^2} of each sample. */
  private static Variable squaredLengths(UnaryOperator<Variable> discriminator, Variable samples) {
    Variable x = Variable.leaf(samples.backend(), samples.tensor());
    Variable sum = Ops.sum(discriminator.apply(x), Shape.scalar());
    Variable gradient = Gradients.of(sum, List.of(x), true).getFirst();
    return Ops.sum(Ops.square(gradient), Shape.of(x.shape().n(), 1, 1, 1));
  }
}
