package lanewise.train.translation;

import lanewise.train.OptionCheck;

/**
 * What CycleGAN minimises; see {@link CycleGanRecipe}.
 *
 * @param ganMode a name of {@link GanMode}
 */
public record CycleGanLossOptions(
    String ganMode, double lambdaA, double lambdaB, double lambdaIdentity, int poolSize) {

  /** Checks each value. */
  public CycleGanLossOptions {
    GanMode.named(ganMode);
    OptionCheck.notNegative("--lambda-a", lambdaA);
    OptionCheck.notNegative("--lambda-b", lambdaB);
    OptionCheck.notNegative("--lambda-identity", lambdaIdentity);
    OptionCheck.atLeast("--pool-size", poolSize, 0);
  }
}
