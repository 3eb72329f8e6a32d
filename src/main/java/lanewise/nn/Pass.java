package lanewise.nn;

import lanewise.autograd.Variable;
import lanewise.backend.DropoutSpec;
import lanewise.backend.Tensor;

/**
 * What holds for one forward pass through all layers.
 *
 * @param statistics which mean and variance normalisations use
 * @param condition N x anything, a row for each sample: its class as one 1 among zeros, or its
 *     style; null if the samples are not conditioned
 * @param dropoutKey a {@link DropoutSpec#KEY} that decides what is dropped, another one for each
 *     pass; null if nothing is
 */
public record Pass(Statistics statistics, Variable condition, Tensor dropoutKey) {
  /** Training, without a condition. */
  public static final Pass BATCH = new Pass(Statistics.BATCH, null);

  private static final Pass INPUT = new Pass(Statistics.INPUT, null);
  private static final Pass RUNNING = new Pass(Statistics.RUNNING, null);

  /** A pass in which nothing is dropped. */
  public Pass(Statistics statistics, Variable condition) {
    this(statistics, condition, null);
  }

  /** The same with dropout. */
  public Pass withDropout(Tensor key) {
    return new Pass(statistics, condition, key);
  }

  /** A pass without a condition. */
  public static Pass of(Statistics statistics) {
    return switch (statistics) {
      case BATCH -> BATCH;
      case INPUT -> INPUT;
      case RUNNING -> RUNNING;
    };
  }

  /**
   * The condition, for a layer that cannot do without.
   *
   * @param layer for the message
   * @param size how many values the layer takes for each sample
   * @throws IllegalArgumentException if there is none, or one of another size
   */
  public Variable condition(String layer, int size) {
    if (condition == null) {
      throw new IllegalArgumentException(
          "%s needs a pass with a condition of %d values for each sample; this pass has none"
              .formatted(layer, size));
    }
    if (!condition.shape().isMatrix() || condition.shape().c() != size) {
      throw new IllegalArgumentException(
          "%s needs a condition of %d values for each sample; this pass has one of %s"
              .formatted(layer, size, condition.shape()));
    }
    return condition;
  }
}
