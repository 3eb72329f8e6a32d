package lanewise.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A work that is checked, then prepared for a trial. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public abstract class Benched {
  @Param({"scalar", "simd", "torch", "onednn"})
  public String implementation;

  /** Threads that compute; 0 is one for every processor. */
  @Param("0")
  public int computeThreads;

  private Work work;

  abstract Workload workload();

  @Setup(Level.Trial)
  public void prepare() {
    Workload workload = workload();
    Implementation engine = Implementations.named(implementation);
    if (!engine.supports(workload)) {
      throw new UnsupportedOperationException(
          "%s has no single call for %s".formatted(implementation, workload));
    }
    int threads = computeThreads == 0 ? Runtime.getRuntime().availableProcessors() : computeThreads;
    work = engine.prepare(workload, threads);
    double error = new Correctness(workload, threads).check(implementation, work);
    System.out.printf(
        "# %s %s, %d threads, checked: error %.1e%n",
        implementation, work.configuration(), threads, error);
  }

  final void runOnce() {
    work.run();
  }

  @TearDown(Level.Trial)
  public void close() {
    work.close();
  }
}
