package lanewise.train;

import lanewise.UserException;

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

  /** At least 0 and below 1. */
  public static void share(String flag, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new UserException(
          "%s must be at least 0 and less than 1, not %s".formatted(flag, value));
    }
  }
}
