package lanewise.lab;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;

/**
 * A quantity that was measured once for each seed.
 *
 * @param deviation of the sample, its squares divided by {@code count - 1}; NaN for a single value
 */
public record Estimate(int count, double mean, double deviation) {
  /** Digits of a number whose spread is not known. */
  private static final int DIGITS = 3;

  private static final int MOST_DECIMALS = 4;

  /** Of smaller numbers, so many decimals would show nothing. */
  private static final double TINY = 5e-4;

  /**
   * The mean and standard deviation of values.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static Estimate of(Collection<Double> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("no values have no mean");
    }
    int n = values.size();
    double first = values.iterator().next();
    if (n > 1 && values.stream().allMatch(x -> x == first)) {
      // Not what rounding would leave of it.
      return new Estimate(n, first, 0);
    }
    double mean = values.stream().mapToDouble(x -> x).average().orElseThrow();
    double squares = values.stream().mapToDouble(x -> (x - mean) * (x - mean)).sum();
    return new Estimate(n, mean, n == 1 ? Double.NaN : Math.sqrt(squares / (n - 1)));
  }

  static Estimate of(double... values) {
    return of(Arrays.stream(values).boxed().toList());
  }

  /** {@code 0.912 ± 0.014}: as many decimals as give the deviation two digits. */
  @Override
  public String toString() {
    if (Double.isNaN(deviation)) {
      return number(mean);
    }
    if (isTiny(mean) && isTiny(deviation)) {
      return tiny(mean) + " ± " + tiny(deviation);
    }
    int decimals = deviation == 0 ? decimalsOf(mean) : decimals(deviation, 2);
    return decimal(mean, decimals) + " ± " + decimal(deviation, deviation == 0 ? 0 : decimals);
  }

  /** A number with three digits, but for whole ones. */
  static String number(double value) {
    return isTiny(value) ? tiny(value) : decimal(value, decimalsOf(value));
  }

  private static boolean isTiny(double value) {
    return value != 0 && Math.abs(value) < TINY;
  }

  private static String tiny(double value) {
    return String.format(Locale.ROOT, "%.1e", value);
  }

  private static String decimal(double value, int decimals) {
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }

  private static int decimalsOf(double value) {
    return value == Math.rint(value) ? 0 : decimals(value, DIGITS);
  }

  private static int decimals(double value, int digits) {
    int exponent = (int) Math.floor(Math.log10(Math.abs(value)));
    return Math.clamp(digits - 1 - exponent, 0, MOST_DECIMALS);
  }
}
