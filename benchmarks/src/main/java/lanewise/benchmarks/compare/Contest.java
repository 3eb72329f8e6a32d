package lanewise.benchmarks.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lanewise.bench.WarmUp;
import lanewise.benchmarks.Correctness;
import lanewise.benchmarks.Implementation;
import lanewise.benchmarks.Implementations;
import lanewise.benchmarks.Suite;
import lanewise.benchmarks.Work;
import lanewise.benchmarks.WrongResultException;

/**
 * Measures one case in all implementations in turns, so that what disturbs the machine disturbs all
 * of them.
 *
 * @param rounds how often each has its turn
 * @param turnNanos how long a turn is, at least
 * @param warmUp of Lanewise, for the JIT compiler; the others have a turn
 */
record Contest(int rounds, long turnNanos, WarmUp warmUp) {
  static final Contest FULL =
      new Contest(5, 150_000_000, new WarmUp(1_000_000_000, 20_000_000_000L));
  static final Contest QUICK =
      new Contest(3, 50_000_000, new WarmUp(500_000_000, 5_000_000_000L));

  /** Shows that everything works, not how fast. */
  static final Contest SMOKE = new Contest(1, 1, new WarmUp(0, 0));

  /**
   * OpenMP's workers spin for some milliseconds after their last loop (libgomp: 300,000 pauses,
   * about 16 ms), Lanewise's for one: nobody is timed while the others spin.
   */
  private static final long SETTLE_MILLIS = 40;

  /** A run that takes longer needs no lead-in to have the caches and threads warm. */
  private static final double LONG_NANOS = 100e6;

  private static final class Contender implements AutoCloseable {
    private final String name;
    private final Work work;
    private final List<Double> milliseconds = new ArrayList<>();
    private double error;
    private double nanos;

    Contender(String name, Work work) {
      this.name = name;
      this.work = work;
    }

    /** Runs, and learns how long one run takes. */
    void warmUp(WarmUp until) throws InterruptedException {
      nanos = until.run(this::run);
      Thread.sleep(SETTLE_MILLIS);
    }

    private long run() {
      long start = System.nanoTime();
      work.run();
      return System.nanoTime() - start;
    }

    void turn(long atLeast) throws InterruptedException {
      if (nanos < LONG_NANOS) {
        work.run();
      }
      int runs = (int) Math.ceil(atLeast / nanos);
      long start = System.nanoTime();
      for (int i = 0; i < runs; i++) {
        work.run();
      }
      milliseconds.add((System.nanoTime() - start) / 1e6 / runs);
      Thread.sleep(SETTLE_MILLIS);
    }

    Timing timing() {
      return new Timing(
          name,
          work.configuration(),
          error,
          milliseconds.stream().mapToDouble(Double::doubleValue).toArray());
    }

    @Override
    public void close() {
      work.close();
    }
  }

  /** Checks all, and measures those that are right. */
  Result run(Suite.Case benchmark, List<String> names, int threads) throws InterruptedException {
    List<Contender> contenders = new ArrayList<>();
    Map<String, String> failures = new LinkedHashMap<>();
    try {
      Correctness correctness = new Correctness(benchmark.workload(), threads);
      for (String name : names) {
        Implementation implementation = Implementations.named(name);
        if (implementation.supports(benchmark.workload())) {
          Work work = implementation.prepare(benchmark.workload(), threads);
          Contender contender = new Contender(name, work);
          try {
            contender.error = correctness.check(name, work);
            contenders.add(contender);
          } catch (WrongResultException e) {
            failures.put(name, e.getMessage());
            work.close();
          }
        }
      }
      for (Contender contender : contenders) {
        boolean compiled = contender.name.equals("simd");
        contender.warmUp(compiled ? warmUp : new WarmUp(turnNanos, turnNanos));
      }
      for (int round = 0; round < rounds; round++) {
        for (Contender contender : contenders) {
          contender.turn(turnNanos);
        }
      }
      List<Timing> timings = contenders.stream().map(Contender::timing).toList();
      return new Result(benchmark, threads, timings, failures);
    } finally {
      contenders.forEach(Contender::close);
      // What the contenders left on the heap must not be collected while others are timed.
      System.gc();
    }
  }
}
