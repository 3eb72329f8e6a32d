package lanewise.benchmarks.torch;

import static org.bytedeco.openblas.global.openblas.blas_set_num_threads;
import static org.bytedeco.pytorch.global.torch.set_num_threads;

import lanewise.benchmarks.Implementation;
import lanewise.benchmarks.Work;
import lanewise.benchmarks.Workload;
import lanewise.benchmarks.Workload.Convolution;
import lanewise.benchmarks.Workload.CycleGanGenerator;
import lanewise.benchmarks.Workload.DcganStep;
import lanewise.benchmarks.Workload.Gemm;
import lanewise.benchmarks.Workload.Normalization;
import org.bytedeco.pytorch.global.torch.MemoryFormat;

/**
 * PyTorch's library with all tensors in one memory format.
 *
 * @param format of images and filters: {@code Contiguous} (NCHW) or {@code ChannelsLast} (NHWC)
 */
public record Torch(MemoryFormat format) implements Implementation {
  public static final Torch NCHW = new Torch(MemoryFormat.Contiguous);
  public static final Torch NHWC = new Torch(MemoryFormat.ChannelsLast);

  @Override
  public boolean supports(Workload workload) {
    // A matrix has no memory format.
    return !(workload instanceof Gemm) || format == MemoryFormat.Contiguous;
  }

  @Override
  public Work prepare(Workload workload, int threads) {
    set_num_threads(threads);
    // libtorch leaves OpenBLAS as JavaCPP loaded it, which is 20 times slower.
    blas_set_num_threads(threads);
    Tensors tensors = new Tensors(format);
    return switch (workload) {
      case Convolution w -> new ConvolutionWork(tensors, w);
      case Normalization w -> new NormalizationWork(tensors, w);
      case Gemm w -> new GemmWork(tensors, w);
      case DcganStep w -> new DcganWork(tensors, w);
      case CycleGanGenerator w -> new CycleGanWork(tensors, w);
    };
  }
}
