package lanewise.train;

/**
 * How the networks' weights are changed.
 *
 * @param batchSize samples of a batch
 * @param accumulate batches whose gradients are averaged
 * @param dSteps changes of the discriminator for each of the generator
 * @param lrG Adam's learning rate of the generator
 * @param lrD the discriminator's
 * @param lrSchedule a name of {@link Schedule}
 * @param ema the decay of an average of the generator's weights, or 0
 */
public record OptimizerOptions(
    int batchSize,
    int accumulate,
    int dSteps,
    double lrG,
    double lrD,
    double beta1,
    double beta2,
    String lrSchedule,
    double ema) {

  /** Checks each value. */
  public OptimizerOptions {
    OptionCheck.positive("--batch-size", batchSize);
    OptionCheck.positive("--accumulate", accumulate);
    OptionCheck.positive("--d-steps", dSteps);
    OptionCheck.rate("--lr-g", lrG);
    OptionCheck.rate("--lr-d", lrD);
    OptionCheck.share("--beta1", beta1);
    OptionCheck.share("--beta2", beta2);
    OptionCheck.share("--ema", ema);
    Schedule.named(lrSchedule);
  }

  AdamOptions generator() {
    return new AdamOptions(lrG, beta1, beta2);
  }

  AdamOptions discriminator() {
    return new AdamOptions(lrD, beta1, beta2);
  }
}
