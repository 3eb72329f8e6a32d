package lanewise.benchmarks.compare;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What the machine can do at most, measured now.
 *
 * @param gflops fused multiply-adds on registers, two operations each
 * @param gigabytes copied in a second, read and written bytes added
 */
record Peaks(int threads, double gflops, double gigabytes) {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int ACCUMULATORS = 12;
  private static final int LOOPS = 1 << 23;
  private static final long COPIED = 256L << 20;
  private static final int TRIES = 5;

  static Peaks measure(int threads) throws InterruptedException {
    try (ExecutorService pool = Executors.newFixedThreadPool(threads);
        Arena arena = Arena.ofShared()) {
      double fma = 0;
      for (int i = 0; i < TRIES; i++) {
        double nanos = nanos(pool, threads, _ -> multiplyAdd(LOOPS));
        fma = Math.max(fma, 2.0 * threads * LOOPS * ACCUMULATORS * SPECIES.length() / nanos);
      }
      MemorySegment source = arena.allocate(COPIED, 4096).fill((byte) 1);
      MemorySegment target = arena.allocate(COPIED, 4096).fill((byte) 2);
      long share = COPIED / threads;
      double copy = 0;
      for (int i = 0; i < TRIES; i++) {
        double nanos =
            nanos(
                pool,
                threads,
                t -> {
                  target.asSlice(t * share, share).copyFrom(source.asSlice(t * share, share));
                  return 0f;
                });
        copy = Math.max(copy, 2.0 * threads * share / nanos);
      }
      return new Peaks(threads, fma, copy);
    }
  }

  private interface Job {
    float run(int thread);
  }

  private static double nanos(ExecutorService pool, int threads, Job job)
      throws InterruptedException {
    List<Callable<Float>> jobs = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int thread = t;
      jobs.add(() -> job.run(thread));
    }
    long start = System.nanoTime();
    for (Future<Float> done : pool.invokeAll(jobs)) {
      try {
        done.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }
    return System.nanoTime() - start;
  }

  /** As many independent chains as two units of four cycles' latency need, and some more. */
  private static float multiplyAdd(int loops) {
    FloatVector x = FloatVector.broadcast(SPECIES, 0.999f);
    FloatVector y = FloatVector.broadcast(SPECIES, 0.001f);
    FloatVector a = y;
    FloatVector b = y;
    FloatVector c = y;
    FloatVector d = y;
    FloatVector e = y;
    FloatVector f = y;
    FloatVector g = y;
    FloatVector h = y;
    FloatVector i = y;
    FloatVector j = y;
    FloatVector k = y;
    FloatVector l = y;
    for (int n = 0; n < loops; n++) {
      a = a.fma(x, y);
      b = b.fma(x, y);
      c = c.fma(x, y);
      d = d.fma(x, y);
      e = e.fma(x, y);
      f = f.fma(x, y);
      g = g.fma(x, y);
      h = h.fma(x, y);
      i = i.fma(x, y);
      j = j.fma(x, y);
      k = k.fma(x, y);
      l = l.fma(x, y);
    }
    return a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).add(k).add(l).lane(0);
  }
}
