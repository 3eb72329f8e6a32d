package lanewise.train.style;

import lanewise.train.AdamOptions;
import lanewise.train.OptionCheck;

/**
 * How the network is changed: by Adam.
 *
 * @param batchSize photographs of a step
 */
public record StyleOptimizerOptions(int batchSize, double lr, double beta1, double beta2) {

  /** Checks each value. */
  public StyleOptimizerOptions {
    OptionCheck.positive("--batch-size", batchSize);
    OptionCheck.rate("--lr", lr);
    OptionCheck.share("--beta1", beta1);
    OptionCheck.share("--beta2", beta2);
  }

  AdamOptions adam() {
    return new AdamOptions(lr, beta1, beta2);
  }
}
