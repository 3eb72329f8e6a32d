package lanewise.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Products of matrices. */
public class GemmBenchmark extends Benched {
  @Param public Suite.Product product;

  @Override
  Workload workload() {
    return product.workload;
  }

  @Benchmark
  public void gemm() {
    runOnce();
  }
}
