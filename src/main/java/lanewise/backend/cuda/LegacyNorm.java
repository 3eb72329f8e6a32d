package lanewise.backend.cuda;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import lanewise.backend.ElementType;
import lanewise.backend.NormScope;
import lanewise.backend.NormSpec;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.cuda.cudnn.BatchNormPlan;
import lanewise.backend.cuda.cudnn.Handle;

/**
 * Normalisation by cuDNN's legacy batch norm.
 *
 * <p>Instance norm is batch norm of a view with N*C channels; stored NHWC, such a view exists of a
 * single sample.
 */
final class LegacyNorm extends CudnnNorm implements AutoCloseable {
  private record Key(Shape shape, ElementType type) {}

  private final Handle cudnn;
  private final Map<Key, BatchNormPlan> plans = new HashMap<>();

  LegacyNorm(Handle cudnn, Scratch scratch, Kernels kernels) {
    super(scratch, kernels);
    this.cudnn = cudnn;
  }

  @Override
  public String name() {
    return "legacy";
  }

  @Override
  boolean knows(NormSpec spec, Shape shape, ElementType type, boolean perChannel) {
    return perChannel
        && switch (spec.scope()) {
          case NormScope.Batch() -> true;
          case NormScope.Instance() -> shape.n() == 1;
          case NormScope.Layer() -> false;
          case NormScope.Group(_) -> false;
        };
  }

  private BatchNormPlan plan(Tensor x) {
    return plans.computeIfAbsent(
        new Key(x.shape(), x.type()), key -> new BatchNormPlan(cudnn, key.shape(), key.type()));
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
    plan(x).forward(x.segment(), gamma, beta, eps, mean, inverseDeviation, y);
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
    plan(x).backward(x.segment(), dy, gamma, eps, mean, inverseDeviation, dx, dgamma, dbeta);
  }

  @Override
  public void close() {
    plans.values().forEach(BatchNormPlan::close);
    plans.clear();
  }
}
