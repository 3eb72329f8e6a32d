package lanewise.train;

import lanewise.diagnosis.Scores;
import lanewise.train.Recipe.Penalties;
import lanewise.train.loss.GanLoss;
import lanewise.train.loss.Objective;

/**
 * What the two networks minimise.
 *
 * @param loss a name of {@link Objective}
 * @param gp the weight of WGAN-GP's gradient penalty, or 0
 * @param r1 the weight of R1, or 0
 * @param r1Every steps between two computations of R1
 * @param labelSmoothing by how much less than 1 real images are to be scored
 */
public record ObjectiveOptions(
    String loss, double gp, double r1, int r1Every, double labelSmoothing) {

  /** Checks each value. */
  public ObjectiveOptions {
    OptionCheck.notNegative("--gp", gp);
    OptionCheck.notNegative("--r1", r1);
    OptionCheck.positive("--r1-every", r1Every);
    OptionCheck.share("--label-smoothing", labelSmoothing);
    Objective.named(loss).loss((float) labelSmoothing);
  }

  GanLoss ganLoss() {
    return Objective.named(loss).loss((float) labelSmoothing);
  }

  /** What the discriminator's scores mean. */
  Scores scores() {
    return switch (Objective.named(loss)) {
      case NON_SATURATING, MINIMAX -> Scores.PROBABILITIES.smoothed(labelSmoothing);
      case LEAST_SQUARES -> Scores.TARGETS.smoothed(labelSmoothing);
      case HINGE -> Scores.MARGINS;
      case WGAN_GP -> Scores.UNBOUNDED;
    };
  }

  Penalties penalties() {
    return new Penalties((float) gp, (float) r1, r1Every);
  }
}
