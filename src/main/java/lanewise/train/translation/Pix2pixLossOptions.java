package lanewise.train.translation;

import lanewise.train.OptionCheck;

/**
 * What pix2pix minimises.
 *
 * @param ganMode a name of {@link GanMode}
 * @param lambdaL1 the weight of the mean absolute difference
 */
public record Pix2pixLossOptions(String ganMode, double lambdaL1) {

  /** Checks each value. */
  public Pix2pixLossOptions {
    GanMode.named(ganMode);
    OptionCheck.notNegative("--lambda-l1", lambdaL1);
  }
}
