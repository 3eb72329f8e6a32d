package lanewise.benchmarks.ours;

import java.util.List;
import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.benchmarks.Workload.Gemm;

final class GemmWork extends EngineWork {
  private final Tensor a;
  private final Tensor b;
  private final Tensor c;

  GemmWork(Backend backend, Gemm g) {
    super(backend);
    a = input(Shape.matrix(g.m(), g.k()), 1);
    b = input(Shape.matrix(g.k(), g.n()), 2);
    c = backend.allocate(Shape.matrix(g.m(), g.n()));
  }

  @Override
  public void run() {
    backend.gemm(false, false, 1, a, b, 0, c);
    backend.sync();
  }

  @Override
  public List<float[]> results() {
    return List.of(read(c));
  }
}
