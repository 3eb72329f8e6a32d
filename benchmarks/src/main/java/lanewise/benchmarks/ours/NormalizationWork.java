package lanewise.benchmarks.ours;

import java.util.ArrayList;
import java.util.List;
import lanewise.backend.Activation;
import lanewise.backend.Backend;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.benchmarks.Workload.Normalization;

final class NormalizationWork extends EngineWork {
  private final NormSpec spec;
  private final Tensor x;
  private final Tensor dy;
  private final Tensor y;
  private final Tensor dx;
  private final Affine affine;
  private final Affine gradients;
  private final Moments moments;

  NormalizationWork(Backend backend, Normalization n) {
    super(backend);
    spec = new NormSpec(n.scope(), Normalization.EPS, Activation.leakyRelu(Normalization.SLOPE));
    x = input(n.x(), 1);
    dy = input(n.x(), 2);
    y = backend.allocate(n.x());
    dx = backend.allocate(n.x());
    Shape table = n.scope().tableShape(n.x());
    moments = new Moments(backend.allocate(table), backend.allocate(table), Source.INPUT);
    Shape vector = Shape.vector(n.c());
    affine = n.affine() ? new Affine(input(vector, 3), input(vector, 4)) : Affine.NONE;
    gradients =
        n.affine() ? new Affine(backend.allocate(vector), backend.allocate(vector)) : Affine.NONE;
  }

  @Override
  public void run() {
    backend.normForward(spec, x, affine, moments, y);
    backend.normBackward(spec, x, dy, affine, moments, dx, gradients);
    backend.sync();
  }

  @Override
  public List<float[]> results() {
    List<float[]> results = new ArrayList<>(List.of(read(y), read(dx)));
    if (gradients.gamma() != null) {
      results.addAll(List.of(read(gradients.gamma()), read(gradients.beta())));
    }
    return results;
  }
}
