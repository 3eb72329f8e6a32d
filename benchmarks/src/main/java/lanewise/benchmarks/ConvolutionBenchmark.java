package lanewise.benchmarks;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** The three passes of convolutions. */
public class ConvolutionBenchmark extends Benched {
  @Param public Layer layer;
  @Param public Workload.Pass pass;

  @Override
  Workload workload() {
    return layer.workload(pass);
  }

  @Benchmark
  public void convolution() {
    runOnce();
  }
}
