package lanewise.train.loss;

import lanewise.autograd.Ops;
import lanewise.autograd.Variable;

/**
 * Goodfellow et al. 2014 with the generator's non-saturating objective: the discriminator minimises
 * {@code -log D(x) - log(1 - D(G(z)))}, the generator {@code -log D(G(z))}. DCGAN's loss.
 */
public final class NonSaturating implements GanLoss {

  @Override
  public Variable discriminator(Variable onReal, Variable onFake) {
    return Ops.add(
        Ops.mean(Ops.softplus(Ops.neg(onReal))), Ops.mean(Ops.softplus(onFake)));
  }

  @Override
  public Variable generator(Variable onFake) {
    return Ops.mean(Ops.softplus(Ops.neg(onFake)));
  }
}
