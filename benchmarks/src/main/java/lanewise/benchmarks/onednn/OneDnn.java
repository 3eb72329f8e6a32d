package lanewise.benchmarks.onednn;

import static org.bytedeco.pytorch.global.torch.set_num_threads;

import lanewise.benchmarks.Implementation;
import lanewise.benchmarks.Work;
import lanewise.benchmarks.Workload;
import lanewise.benchmarks.Workload.Convolution;
import lanewise.benchmarks.Workload.Gemm;

/**
 * oneDNN as it is fastest: every memory in the layout that the primitive asks for, weights packed
 * beforehand, and no reordering in the timed part.
 */
public record OneDnn() implements Implementation {

  @Override
  public boolean supports(Workload workload) {
    return workload instanceof Convolution || workload instanceof Gemm;
  }

  @Override
  public Work prepare(Workload workload, int threads) {
    // oneDNN has no call of its own for this; both libraries share one OpenMP runtime.
    set_num_threads(threads);
    return switch (workload) {
      case Convolution w -> new ConvolutionWork(w);
      case Gemm w -> new GemmWork(w);
      default -> throw new IllegalArgumentException("oneDNN has no primitive for " + workload);
    };
  }
}
