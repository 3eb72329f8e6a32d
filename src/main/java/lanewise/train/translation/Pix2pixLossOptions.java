package lanewise.train.translation;

import lanewise.train.OptionCheck;

/**
 * What pix2pix minimises.
 *
 * @param ganMode a name of {@link GanMode}
 * @param gp the weight of WGAN-GP's gradient penalty, or 0
 * @param lambdaL1 the weight of the mean absolute difference
 */
public record Pix2pixLossOptions(String ganMode, double gp, double lambdaL1) {

  /** Checks each value. */
  public Pix2pixLossOptions {
    Usual.requireBounded(GanMode.named(ganMode), gp);
    OptionCheck.notNegative("--lambda-l1", lambdaL1);
  }
}
