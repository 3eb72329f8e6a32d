package lanewise.train.loss;

import lanewise.autograd.Variable;

/** The two objectives of a GAN, on the discriminator's scores (N x 1 x 1 x 1). */
public interface GanLoss {

  /** What the discriminator minimises: a scalar. */
  Variable discriminator(Variable onReal, Variable onFake);

  /** What the generator minimises: a scalar. */
  Variable generator(Variable onFake);

  /** Whether a score is the logit of a probability to be real; otherwise it has no scale. */
  boolean isLogit();
}
