package lanewise.benchmarks.torch;

import static org.bytedeco.pytorch.global.torch.mm_out;

import java.util.List;
import lanewise.benchmarks.Inputs;
import lanewise.benchmarks.Workload.Gemm;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

final class GemmWork extends TorchWork {
  private final Tensor a;
  private final Tensor b;
  private final Tensor c;

  GemmWork(Tensors tensors, Gemm g) {
    super(tensors);
    a = own(tensors.of(Inputs.uniform(g.m() * g.k(), 1), g.m(), g.k()));
    b = own(tensors.of(Inputs.uniform(g.k() * g.n(), 2), g.k(), g.n()));
    c = own(tensors.of(new float[g.m() * g.n()], g.m(), g.n()));
  }

  @Override
  List<Tensor> compute() {
    try (NoGradGuard _ = new NoGradGuard()) {
      return List.of(mm_out(c, a, b));
    }
  }

  @Override
  public String configuration() {
    return "OpenBLAS";
  }
}
