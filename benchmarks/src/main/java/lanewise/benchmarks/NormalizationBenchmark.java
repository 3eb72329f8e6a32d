package lanewise.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Normalisations with LeakyReLU, forward and backward. */
public class NormalizationBenchmark extends Benched {
  @Param public Suite.Norm norm;

  @Override
  Workload workload() {
    return norm.workload;
  }

  @Benchmark
  public void forwardAndBackward() {
    runOnce();
  }
}
