package lanewise.train.loss;

import lanewise.autograd.Ops;
import lanewise.autograd.Variable;

/**
 * The critic's estimate of the Wasserstein distance (Arjovsky et al. 2017), negative for the
 * critic; it needs a critic whose slope is bounded, as {@link GradientPenalty} makes it.
 */
public record Wasserstein() implements GanLoss {

  @Override
  public Variable discriminator(Variable onReal, Variable onFake) {
    return Ops.sub(Ops.mean(onFake), Ops.mean(onReal));
  }

  @Override
  public Variable generator(Variable onFake) {
    return Ops.neg(Ops.mean(onFake));
  }

  @Override
  public boolean isLogit() {
    return false;
  }
}
