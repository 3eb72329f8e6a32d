package lanewise.train;

import lanewise.UserException;
import lanewise.model.Norm;

/** What the value of an option has to be; what it is instead is said with the option's name. */
public final class OptionCheck {
  private OptionCheck() {}

  /** At least 1. */
  public static void positive(String flag, long value) {
    atLeast(flag, value, 1);
  }

  /** At least {@code least}. */
  public static void atLeast(String flag, long value, long least) {
    if (value < least) {
      throw new UserException("%s must be at least %d, not %d".formatted(flag, least, value));
    }
  }

  /** A number that is not below 0. */
  public static void notNegative(String flag, double value) {
    if (!(value >= 0) || !Double.isFinite(value)) {
      throw new UserException("%s must be at least 0, not %s".formatted(flag, value));
    }
  }

  /** A number above 0. */
  public static void rate(String flag, double value) {
    if (!(value > 0) || !Double.isFinite(value)) {
      throw new UserException("%s must be a positive number, not %s".formatted(flag, value));
    }
  }

  /**
   * A discriminator's norm that a gradient penalty goes with.
   *
   * @param others what to give instead
   */
  public static void untied(String flag, String norm, String others) {
    if (Norm.named(norm).tiesSamples()) {
      throw new UserException(
          ("%1$s %2$s ties the samples of a batch together, and a gradient penalty is of each"
                  + " sample alone (Gulrajani et al. 2017, section 4); use %1$s %3$s")
              .formatted(flag, norm, others));
    }
  }

  /** At least 0 and below 1. */
  public static void share(String flag, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new UserException(
          "%s must be at least 0 and less than 1, not %s".formatted(flag, value));
    }
  }
}
