package lanewise.train.translation;

import lanewise.train.OptionCheck;

/**
 * What CycleGAN minimises; see {@link CycleGanRecipe}.
 *
 * @param ganMode a name of {@link GanMode}
 * @param gp the weight of WGAN-GP's gradient penalty, or 0
 */
public record CycleGanLossOptions(
    String ganMode,
    double gp,
    double lambdaA,
    double lambdaB,
    double lambdaIdentity,
    int poolSize) {

  /** Checks each value. */
  public CycleGanLossOptions {
    Usual.requireBounded(GanMode.named(ganMode), gp);
    OptionCheck.notNegative("--lambda-a", lambdaA);
    OptionCheck.notNegative("--lambda-b", lambdaB);
    OptionCheck.notNegative("--lambda-identity", lambdaIdentity);
    OptionCheck.atLeast("--pool-size", poolSize, 0);
  }
}
