package lanewise.backend.simd;

import jdk.incubator.vector.FloatVector;

/** The most that the processors compute: fused multiply-adds that never leave the registers. */
final class FmaPeak {
  private static final int ACCUMULATORS = 12;
  private static final int LOOPS = 1 << 14;
  private static final int CHUNKS_PER_THREAD = 32;

  /** So long nothing better must be seen, for the compiler to have done its work. */
  private static final long NANOS = 300_000_000;

  private FmaPeak() {}

  /** 10^9 floating-point operations a second, by all workers. */
  static double gflops(Workers workers) {
    int chunks = workers.threads() * CHUNKS_PER_THREAD;
    double flop = 2.0 * chunks * LOOPS * ACCUMULATORS * Lanes.COUNT;
    float[] sums = new float[workers.threads()];
    double best = 0;
    for (long last = System.nanoTime(); System.nanoTime() - last < NANOS; ) {
      long start = System.nanoTime();
      workers.run(chunks, (_, worker) -> sums[worker] += multiplyAdd());
      long end = System.nanoTime();
      double gflops = flop / (end - start);
      if (gflops > 1.02 * best) {
        last = end;
      }
      best = Math.max(best, gflops);
    }
    return best;
  }

  /** As many independent chains as two units of four cycles' latency need, and some more. */
  private static float multiplyAdd() {
    FloatVector x = FloatVector.broadcast(Lanes.SPECIES, 0.999f);
    FloatVector y = FloatVector.broadcast(Lanes.SPECIES, 0.001f);
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
    for (int n = 0; n < LOOPS; n++) {
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
