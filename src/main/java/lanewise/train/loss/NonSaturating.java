package lanewise.train.loss;

import lanewise.autograd.Ops;
import lanewise.autograd.Variable;

/**
 * Goodfellow et al. 2014 with the generator's non-saturating objective: the discriminator minimises
 * {@code -log D(x) - log(1 - D(G(z)))}, the generator {@code -log D(G(z))}. DCGAN's loss.
 *
 * @param labelSmoothing by how much less than 1 the discriminator shall give real images: one-sided
 *     label smoothing (Salimans et al. 2016)
 */
public record NonSaturating(float labelSmoothing) implements GanLoss {

  /** Without smoothing. */
  public NonSaturating() {
    this(0);
  }

  @Override
  public Variable discriminator(Variable onReal, Variable onFake) {
    return crossEntropy(onReal, onFake, labelSmoothing);
  }

  /** Of real images with the target {@code 1 - labelSmoothing} and fake ones with 0. */
  static Variable crossEntropy(Variable onReal, Variable onFake, float labelSmoothing) {
    Variable real = Ops.mean(Ops.softplus(Ops.neg(onReal)));
    if (labelSmoothing > 0) {
      // (1 - s) softplus(-x) + s softplus(x) = softplus(-x) + s x
      real = Ops.add(real, Ops.affine(Ops.mean(onReal), labelSmoothing, 0));
    }
    return Ops.add(real, Ops.mean(Ops.softplus(onFake)));
  }

  @Override
  public Variable generator(Variable onFake) {
    return Ops.mean(Ops.softplus(Ops.neg(onFake)));
  }

  @Override
  public boolean isLogit() {
    return true;
  }
}
