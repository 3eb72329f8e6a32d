package lanewise.backend.cuda.cudnn;

import java.lang.foreign.MemorySegment;
import lanewise.backend.ElementType;
import lanewise.backend.Shape;
import lanewise.backend.cuda.driver.Resources;
import lanewise.bindings.cudnn.Cudnn;

/**
 * Batch normalisation by cuDNN's legacy routines: every channel over all samples and pixels.
 *
 * <p>Tables have one fp32 value a channel; all of them are wanted, and none may be null.
 */
public final class BatchNormPlan implements AutoCloseable {
  /** Keeps a channel's elements on the chip between the passes over them, where they fit. */
  private static final int MODE = Cudnn.CUDNN_BATCHNORM_SPATIAL_PERSISTENT();

  private final Handle cudnn;
  private final Resources owned = new Resources();
  private final MemorySegment images;
  private final MemorySegment table;

  /** A plan for all passes over images of {@code shape}. */
  public BatchNormPlan(Handle cudnn, Shape shape, ElementType type) {
    this.cudnn = cudnn;
    try {
      images = owned.add(Descriptor.tensor(cudnn, shape, type)).handle();
      Shape channels = Shape.vector(shape.c());
      table = owned.add(Descriptor.tensor(cudnn, channels, ElementType.F32)).handle();
    } catch (RuntimeException e) {
      owned.close();
      throw e;
    }
  }

  /**
   * {@code y = gamma * (x - mean) * inverseDeviation + beta}.
   *
   * @param mean and {@code inverseDeviation} are written
   */
  public void forward(
      MemorySegment x,
      MemorySegment gamma,
      MemorySegment beta,
      double eps,
      MemorySegment mean,
      MemorySegment inverseDeviation,
      MemorySegment y) {
    cudnn.check(
        Cudnn.cudnnBatchNormalizationForwardTraining(
            cudnn.handle(),
            MODE,
            DataTypes.ONE,
            DataTypes.ZERO,
            images,
            x,
            images,
            y,
            table,
            gamma,
            beta,
            1,
            MemorySegment.NULL,
            MemorySegment.NULL,
            eps,
            mean,
            inverseDeviation),
        "cudnnBatchNormalizationForwardTraining");
  }

  /** The gradients of {@link #forward}; all three are written. */
  public void backward(
      MemorySegment x,
      MemorySegment dy,
      MemorySegment gamma,
      double eps,
      MemorySegment mean,
      MemorySegment inverseDeviation,
      MemorySegment dx,
      MemorySegment dgamma,
      MemorySegment dbeta) {
    cudnn.check(
        Cudnn.cudnnBatchNormalizationBackward(
            cudnn.handle(),
            MODE,
            DataTypes.ONE,
            DataTypes.ZERO,
            DataTypes.ONE,
            DataTypes.ZERO,
            images,
            x,
            images,
            dy,
            images,
            dx,
            table,
            gamma,
            dgamma,
            dbeta,
            eps,
            mean,
            inverseDeviation),
        "cudnnBatchNormalizationBackward");
  }

  @Override
  public void close() {
    owned.close();
  }
}
