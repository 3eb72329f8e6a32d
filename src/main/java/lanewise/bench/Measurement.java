package lanewise.bench;

/**
 * How long a workload takes.
 *
 * @param batch its images, or 1 where it has none
 * @param samples that were timed, each waited for
 * @param medianMs of one run
 * @param minMs of one run
 * @param flop floating-point operations of a run, or 0
 * @param bytes that a run has to move, or 0
 */
public record Measurement(
    Workload workload,
    int batch,
    int samples,
    double medianMs,
    double minMs,
    double flop,
    double bytes) {

  /** At the median, or 0. */
  public double gflops() {
    return flop / medianMs / 1e6;
  }

  /** 10^9 bytes a second at the median, or 0. */
  public double gigabytesPerSecond() {
    return bytes / medianMs / 1e6;
  }

  public double imagesPerSecond() {
    return batch * 1000 / medianMs;
  }
}
