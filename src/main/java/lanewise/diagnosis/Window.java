package lanewise.diagnosis;

import java.util.Arrays;

/** The last values of a series, without those that were not measured. */
final class Window {
  private final double[] values;
  private long added;

  Window(int size) {
    values = new double[size];
  }

  /**
   * Leaves out {@code NaN}.
   *
   * @return the value that made room, or NaN if there was room
   */
  double add(double value) {
    if (Double.isNaN(value)) {
      return Double.NaN;
    }
    int at = (int) (added++ % values.length);
    double oldest = added > values.length ? values[at] : Double.NaN;
    values[at] = value;
    return oldest;
  }

  int size() {
    return values.length;
  }

  boolean isFull() {
    return added >= values.length;
  }

  /** Of a full window. */
  double mean() {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /** Of a full window; indifferent to outliers. */
  double median() {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
