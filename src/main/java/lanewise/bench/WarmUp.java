package lanewise.bench;

import java.util.function.LongSupplier;

/**
 * Runs a computation until its time no longer falls: the JIT compiler is done with it then, and a
 * GPU has chosen and captured.
 *
 * @param atLeast nanoseconds
 * @param atMost nanoseconds after which a run is the last, whether times still fall or not
 */
public record WarmUp(long atLeast, long atMost) {
  /** What is less than this share of the time is not noise. */
  private static final double FALLEN = 0.95;

  /**
   * Runs without such a fall that end it: within DCGAN's first training steps there are up to five.
   */
  private static final int SETTLED = 8;

  /**
   * Warms up.
   *
   * @param timed runs once and gives the nanoseconds that it took
   * @return the nanoseconds of the fastest run
   */
  public long run(LongSupplier timed) {
    long start = System.nanoTime();
    long elapsed;
    long fastest = Long.MAX_VALUE;
    long fallen = Long.MAX_VALUE;
    int since = 0;
    do {
      long nanos = timed.getAsLong();
      fastest = Math.min(fastest, nanos);
      since++;
      if (nanos < FALLEN * fallen) {
        fallen = nanos;
        since = 0;
      }
      elapsed = System.nanoTime() - start;
    } while (elapsed < atLeast || (since < SETTLED && elapsed < atMost));
    return fastest;
  }
}
