package lanewise.benchmarks.compare;

import java.util.Arrays;

/**
 * How long one implementation took.
 *
 * @param implementation its name
 * @param configuration what it chose, such as a memory format
 * @param error its largest deviation when it was checked
 * @param milliseconds of one run, one value for each round
 */
record Timing(String implementation, String configuration, double error, double[] milliseconds) {

  double median() {
    double[] sorted = milliseconds.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
