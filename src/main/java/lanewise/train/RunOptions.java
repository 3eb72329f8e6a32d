package lanewise.train;

import lanewise.UserException;

/**
 * How long is trained, and what is written down meanwhile.
 *
 * @param seed of weights, latents and the order of the data
 * @param epochs to train in all, or 0 if {@code steps} says it
 * @param steps to train in all, or 0 if {@code epochs} says it
 * @param sampleEvery steps between sample grids
 * @param checkpointEvery steps between checkpoints
 * @param tensorboard whether event files for TensorBoard are written
 */
public record RunOptions(
    long seed, int epochs, long steps, int sampleEvery, int checkpointEvery, boolean tensorboard) {

  /** Checks each value. */
  public RunOptions {
    OptionCheck.positive("--sample-every", sampleEvery);
    OptionCheck.positive("--checkpoint-every", checkpointEvery);
    if (steps < 0 || epochs < 0) {
      throw new UserException("--steps and --epochs cannot be negative");
    }
    if ((steps == 0) == (epochs == 0)) {
      throw new UserException(
          "Give the length of the training by either --steps or --epochs, at least 1");
    }
  }

  /** The number of the last step. */
  public long totalSteps(long stepsPerEpoch) {
    return steps > 0 ? steps : epochs * stepsPerEpoch;
  }
}
