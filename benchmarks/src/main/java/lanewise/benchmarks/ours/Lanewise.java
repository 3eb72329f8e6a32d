package lanewise.benchmarks.ours;

import lanewise.backend.Backends;
import lanewise.benchmarks.Implementation;
import lanewise.benchmarks.Work;
import lanewise.benchmarks.Workload;
import lanewise.benchmarks.Workload.Convolution;
import lanewise.benchmarks.Workload.CycleGanGenerator;
import lanewise.benchmarks.Workload.DcganStep;
import lanewise.benchmarks.Workload.Gemm;
import lanewise.benchmarks.Workload.Normalization;

/**
 * Lanewise.
 *
 * @param backend as {@link Backends#open} names it
 */
public record Lanewise(String backend) implements Implementation {

  @Override
  public boolean supports(Workload workload) {
    return true;
  }

  @Override
  public Work prepare(Workload workload, int threads) {
    var engine = Backends.open(backend, threads);
    return switch (workload) {
      case Convolution w -> new ConvolutionWork(engine, w);
      case Normalization w -> new NormalizationWork(engine, w);
      case Gemm w -> new GemmWork(engine, w);
      case DcganStep w -> new DcganWork(engine, w);
      case CycleGanGenerator w -> new CycleGanWork(engine, w);
    };
  }
}
