package lanewise.train.translation;

/**
 * Learning rates that stay and then go down to 0 in a straight line, step by step.
 *
 * @param totalSteps of the training
 * @param share of it in which they go down: 0.5 for the originals' 100 epochs and 100 more
 */
public record LinearDecay(long totalSteps, double share) {
  /** Rates that stay as they are. */
  public static final LinearDecay NONE = new LinearDecay(1, 0);

  /** By what to multiply them in a step, counted from 1. */
  double factor(long step) {
    if (share == 0) {
      return 1;
    }
    double left = (double) Math.max(0, totalSteps - (step - 1)) / totalSteps;
    return Math.min(1, left / share);
  }
}
