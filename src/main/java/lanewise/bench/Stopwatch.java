package lanewise.bench;

import java.util.Arrays;
import lanewise.backend.Backend;

/**
 * Measures workloads on a backend. A workload stays prepared until another is asked for, so that
 * one who compares can measure it again and again between those of others.
 */
public final class Stopwatch implements AutoCloseable {
  /** For what does not settle. */
  private static final long LONGEST_WARM_UP_NANOS = 20_000_000_000L;

  /** A shorter sample would measure the waiting. */
  private static final long SAMPLE_NANOS = 2_000_000L;

  private static final int MIN_SAMPLES = 5;
  private static final int MAX_SAMPLES = 200;

  private final Backend backend;
  private final long nanos;
  private Workload workload;
  private int batch;
  private Work work;
  private int runsASample;

  /**
   * Of workloads on {@code backend}.
   *
   * @param seconds for which a workload is warmed up at least, and then measured
   */
  public Stopwatch(Backend backend, double seconds) {
    this.backend = backend;
    nanos = (long) (seconds * 1e9);
  }

  /**
   * The median of some samples.
   *
   * @param batch ignored where the workload has none
   * @throws lanewise.UserException if there is not enough memory
   */
  public Measurement measure(Workload asked, int batch) {
    prepare(asked, asked.batched() ? batch : 1);
    double[] ms = new double[MAX_SAMPLES];
    int samples = 0;
    long start = System.nanoTime();
    while (samples < MIN_SAMPLES || samples < MAX_SAMPLES && System.nanoTime() - start < nanos) {
      ms[samples++] = time(runsASample) / 1e6 / runsASample;
    }
    Arrays.sort(ms, 0, samples);
    return new Measurement(
        asked, this.batch, samples, ms[samples / 2], ms[0], work.flop(), work.bytes());
  }

  private void prepare(Workload asked, int batch) {
    if (work != null && workload == asked && this.batch == batch) {
      return;
    }
    close();
    work = asked.prepare().apply(backend, batch);
    workload = asked;
    this.batch = batch;
    long fastest = new WarmUp(nanos, LONGEST_WARM_UP_NANOS).run(() -> time(1));
    runsASample = (int) Math.ceilDiv(SAMPLE_NANOS, Math.max(1, fastest));
  }

  private long time(int runs) {
    long start = System.nanoTime();
    for (int i = 0; i < runs; i++) {
      work.run();
    }
    backend.sync();
    return System.nanoTime() - start;
  }

  /** Gives back the memory of what was measured last; the backend stays open. */
  @Override
  public void close() {
    if (work != null) {
      work.close();
      work = null;
    }
  }
}
