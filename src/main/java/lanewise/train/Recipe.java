package lanewise.train;

import lanewise.UserException;
import lanewise.train.loss.GanLoss;

/**
 * How a {@link GanTrainer} trains two networks, whatever they are.
 *
 * @param penalties what is added to the discriminator's loss
 * @param batchSize samples of a batch
 * @param accumulate batches whose gradients are averaged before a network is changed
 * @param dSteps how often the discriminator is changed for each change of the generator
 * @param generator the generator's optimiser
 * @param discriminator the discriminator's
 * @param schedule of both learning rates
 * @param totalSteps the steps that the schedule is for; any number where it is constant
 * @param ema the decay of an average of the generator's weights that samples are made with, or 0
 */
public record Recipe(
    GanLoss loss,
    Penalties penalties,
    int batchSize,
    int accumulate,
    int dSteps,
    AdamOptions generator,
    AdamOptions discriminator,
    Schedule schedule,
    long totalSteps,
    double ema) {

  /**
   * Penalties on the gradient of the scores by the discriminator's input: see {@link
   * lanewise.train.loss.GradientPenalty}.
   *
   * @param gp the weight of WGAN-GP's, or 0
   * @param r1 the weight of R1, or 0
   * @param r1Every steps between two computations of R1, which then counts as many times (lazy
   *     regularisation: Karras et al. 2020)
   */
  public record Penalties(float gp, float r1, int r1Every) {
    /** No penalty. */
    public static final Penalties NONE = new Penalties(0, 0, 1);
  }

  /** Checks the numbers. */
  public Recipe {
    if (batchSize < 1 || accumulate < 1 || dSteps < 1 || penalties.r1Every < 1) {
      throw new UserException(
          "Batch size, batches to accumulate, steps of the discriminator and of R1 are at least 1");
    }
  }

  /** One change of each network in turn, with one optimiser, as in DCGAN. */
  public static Recipe of(GanLoss loss, AdamOptions adam, int batchSize) {
    return new Recipe(loss, Penalties.NONE, batchSize, 1, 1, adam, adam, Schedule.CONSTANT, 1, 0);
  }

  /** Batches of real samples that a step takes. */
  public int batchesPerStep() {
    return accumulate * dSteps;
  }

  /** Real samples that a step takes. */
  public int samplesPerStep() {
    return batchSize * batchesPerStep();
  }

  /** By what to multiply learning rates in a step, counted from 1. */
  double rateFactor(long step) {
    return schedule.factor((double) Math.min(step - 1, totalSteps) / totalSteps);
  }

  /** Whether a step, counted from 1, computes R1. */
  boolean hasR1(long step) {
    return penalties.r1 > 0 && (step - 1) % penalties.r1Every == 0;
  }
}
