package lanewise.backend;

import lanewise.UserException;

/**
 * How an engine is to run.
 *
 * @param threads that compute on a CPU; results do not depend on it
 * @param device the number of the GPU, from 0
 * @param precision in which to compute
 */
public record BackendOptions(int threads, int device, Precision precision) {

  /**
   * Checks the numbers.
   *
   * @throws UserException that names the option and what it can be
   */
  public BackendOptions {
    if (threads < 1) {
      throw new UserException("--threads must be at least 1, not " + threads);
    }
    if (device < 0) {
      throw new UserException("--device must be at least 0, not " + device);
    }
  }

  /** A thread for every processor, the first device, fp32. */
  public static BackendOptions defaults() {
    return ofThreads(Runtime.getRuntime().availableProcessors());
  }

  /** So many threads, the first device, fp32. */
  public static BackendOptions ofThreads(int threads) {
    return new BackendOptions(threads, 0, Precision.FP32);
  }
}
