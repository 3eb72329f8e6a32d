package lanewise.train.loss;

import lanewise.autograd.Ops;
import lanewise.autograd.Variable;

/**
 * Goodfellow et al. 2014 as a game of two with one value: the generator minimises {@code log(1 -
 * D(G(z)))}, whose gradient vanishes where the discriminator wins.
 *
 * @param labelSmoothing as for {@link NonSaturating}
 */
public record Minimax(float labelSmoothing) implements GanLoss {

  @Override
  public Variable discriminator(Variable onReal, Variable onFake) {
    return NonSaturating.crossEntropy(onReal, onFake, labelSmoothing);
  }

  @Override
  public Variable generator(Variable onFake) {
    return Ops.neg(Ops.mean(Ops.softplus(onFake)));
  }

  @Override
  public boolean isLogit() {
    return true;
  }
}
