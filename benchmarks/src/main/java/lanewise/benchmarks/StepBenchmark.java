package lanewise.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Whole training steps, and a generator forward and backward. */
public class StepBenchmark extends Benched {
  @Param public Suite.Step step;

  @Override
  Workload workload() {
    return step.workload;
  }

  @Benchmark
  public void step() {
    runOnce();
  }
}
