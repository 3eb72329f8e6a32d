package lanewise.backend.cuda;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import lanewise.backend.ElementType;
import lanewise.backend.NormScope;
import lanewise.backend.NormSpec;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.cuda.cudnn.Handle;
import lanewise.backend.cuda.cudnn.InstanceNormPlan;
import lanewise.backend.cuda.driver.Workspace;

/** Instance norm by the engines of cuDNN's graph API. */
final class GraphNorm extends CudnnNorm implements AutoCloseable {
  private record Key(Shape shape, ElementType type) {}

  private final Handle cudnn;
  private final Workspace workspace;
  private final Map<Key, Optional<InstanceNormPlan>> plans = new HashMap<>();

  GraphNorm(Handle cudnn, Workspace workspace, Scratch scratch, Kernels kernels) {
    super(scratch, kernels);
    this.cudnn = cudnn;
    this.workspace = workspace;
  }

  @Override
  public String name() {
    return "graph";
  }

  @Override
  boolean knows(NormSpec spec, Shape shape, ElementType type, boolean perChannel) {
    return perChannel
        && spec.scope() instanceof NormScope.Instance
        && plan(shape, type).isPresent();
  }

  private Optional<InstanceNormPlan> plan(Shape shape, ElementType type) {
    return plans.computeIfAbsent(
        new Key(shape, type), key -> InstanceNormPlan.of(cudnn, key.shape(), key.type()));
  }

  @Override
  void normalise(
      Tensor x,
      MemorySegment gamma,
      MemorySegment beta,
      float eps,
      MemorySegment mean,
      MemorySegment inverseDeviation,
      MemorySegment y) {
    plan(x.shape(), x.type())
        .orElseThrow()
        .forward(workspace, x.segment(), gamma, beta, eps, mean, inverseDeviation, y);
  }

  @Override
  void differentiate(
      Tensor x,
      MemorySegment dy,
      MemorySegment gamma,
      float eps,
      MemorySegment mean,
      MemorySegment inverseDeviation,
      MemorySegment dx,
      MemorySegment dgamma,
      MemorySegment dbeta) {
    plan(x.shape(), x.type())
        .orElseThrow()
        .backward(workspace, x.segment(), dy, gamma, mean, inverseDeviation, dx, dgamma, dbeta);
  }

  @Override
  public void close() {
    plans.values().forEach(plan -> plan.ifPresent(InstanceNormPlan::close));
    plans.clear();
  }
}
