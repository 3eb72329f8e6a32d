package lanewise.nn;

import lanewise.autograd.Variable;

/**
 * What holds for one forward pass through all layers.
 *
 * @param statistics which mean and variance normalisations use
 * @param condition N x anything, a row for each sample: its class as one 1 among zeros, or its
 *     style; null if the samples are not conditioned
 */
public record Pass(Statistics statistics, Variable condition) {
  /** Training, without a condition. */
  public static final Pass BATCH = new Pass(Statistics.BATCH, null);

  private static final Pass INPUT = new Pass(Statistics.INPUT, null);
  private static final Pass RUNNING = new Pass(Statistics.RUNNING, null);

  /** A pass without a condition. */
  public static Pass of(Statistics statistics) {
    return switch (statistics) {
      case BATCH -> BATCH;
      case INPUT -> INPUT;
      case RUNNING -> RUNNING;
    };
  }
}
