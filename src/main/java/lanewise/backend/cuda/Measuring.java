package lanewise.backend.cuda;

import lanewise.backend.cuda.driver.Stream;

/** Times work on the device, which is impossible while a graph is being recorded. */
final class Measuring {
  private static final int ROUNDS = 3;
  private static final int RUNS = 8;
  private static final long LONG_NANOS = 5_000_000;

  private final Stream stream;
  private boolean recording;

  Measuring(Stream stream) {
    this.stream = stream;
  }

  /** Whether a graph is being recorded from here on. */
  void recording(boolean recording) {
    this.recording = recording;
  }

  /**
   * Guards what cannot be part of a graph.
   *
   * @throws IllegalStateException while one is being recorded
   */
  void requireAllowed() {
    if (recording) {
      throw new IllegalStateException(
          "an operation was to be measured that the runs before did not have");
    }
  }

  /** Waits until the device has done what is queued. */
  void finish() {
    stream.synchronize();
  }

  /** Nanoseconds that the device takes for {@code work}, at best. */
  long time(Runnable work) {
    requireAllowed();
    work.run();
    long best = time(work, 1);
    // What takes long is neither noise nor worth the time of many runs.
    for (int round = 0; round < ROUNDS && best < LONG_NANOS; round++) {
      best = Math.min(best, time(work, RUNS));
    }
    return best;
  }

  private long time(Runnable work, int runs) {
    finish();
    long start = System.nanoTime();
    for (int run = 0; run < runs; run++) {
      work.run();
    }
    finish();
    return (System.nanoTime() - start) / runs;
  }
}
