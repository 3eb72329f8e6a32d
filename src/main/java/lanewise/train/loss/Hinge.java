package lanewise.train.loss;

import lanewise.autograd.Ops;
import lanewise.autograd.Variable;

/**
 * The hinge objective of Lim and Ye 2017, as SNGAN has it (Miyato et al. 2018, eq. 16 and 17): the
 * discriminator gains nothing from scores beyond 1 and -1.
 */
public record Hinge() implements GanLoss {

  @Override
  public Variable discriminator(Variable onReal, Variable onFake) {
    Variable real = Ops.mean(Ops.relu(Ops.affine(onReal, -1, 1)));
    return Ops.add(real, Ops.mean(Ops.relu(Ops.affine(onFake, 1, 1))));
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
