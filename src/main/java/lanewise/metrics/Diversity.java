package lanewise.metrics;

/** How much the samples of a batch differ from each other. */
public final class Diversity {
  private Diversity() {}

  /**
   * The mean Euclidean distance between two samples of the same batch, over all pairs of all whole
   * batches; 0 if each batch holds copies of one sample.
   *
   * @param samples pixels or features, batch after batch
   * @param batch samples of a batch, from 2 to the number of samples
   */
  public static double withinBatches(Features samples, int batch) {
    if (batch < 2 || batch > samples.count()) {
      throw new IllegalArgumentException(
          "%d samples have no batch of %d with pairs in it".formatted(samples.count(), batch));
    }
    int batches = samples.count() / batch;
    double sum = 0;
    for (int b = 0; b < batches; b++) {
      for (int i = b * batch; i < (b + 1) * batch; i++) {
        for (int j = b * batch; j < i; j++) {
          sum += distance(samples.values(), i, j, samples.dimensions());
        }
      }
    }
    return sum / (batches * (batch * (batch - 1L) / 2));
  }

  private static double distance(float[] values, int i, int j, int d) {
    double sum = 0;
    for (int k = 0; k < d; k++) {
      double difference = (double) values[i * d + k] - values[j * d + k];
      sum += difference * difference;
    }
    return Math.sqrt(sum);
  }
}
