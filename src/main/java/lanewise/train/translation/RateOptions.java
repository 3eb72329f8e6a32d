package lanewise.train.translation;

import lanewise.UserException;
import lanewise.train.AdamOptions;
import lanewise.train.OptionCheck;

/**
 * How weights are changed.
 *
 * @param batchSize pictures of each kind in a step
 * @param lr Adam's learning rate of all networks
 * @param decay the share of the training in which it goes down to 0, in a straight line
 */
public record RateOptions(int batchSize, double lr, double beta1, double beta2, double decay) {

  /** Checks each value. */
  public RateOptions {
    OptionCheck.positive("--batch-size", batchSize);
    OptionCheck.rate("--lr", lr);
    OptionCheck.share("--beta1", beta1);
    OptionCheck.share("--beta2", beta2);
    if (!(decay >= 0 && decay <= 1)) {
      throw new UserException("--decay must be from 0 to 1, not " + decay);
    }
  }

  AdamOptions adam() {
    return new AdamOptions(lr, beta1, beta2);
  }
}
