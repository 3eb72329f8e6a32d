package lanewise.backend.cuda.cudnn;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import lanewise.backend.ElementType;
import lanewise.backend.Shape;
import lanewise.backend.cuda.driver.CudaException;
import lanewise.backend.cuda.driver.Workspace;
import lanewise.bindings.cudnn.Cudnn;

/**
 * Instance normalisation and its gradient by engines of cuDNN's graph API.
 *
 * <p>Mean and inverse deviation have one fp32 value a sample and channel, gamma and beta one a
 * channel.
 */
public final class InstanceNormPlan implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("lanewise.backend.cuda");

  private final Handle cudnn;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment epsilon = arena.allocate(JAVA_FLOAT);
  private GraphPlan forward;
  private GraphPlan backward;

  private InstanceNormPlan(Handle cudnn) {
    this.cudnn = cudnn;
  }

  /**
   * A plan for images of {@code shape}; empty if cuDNN has no engines for it that compute the same
   * bits each time.
   */
  public static Optional<InstanceNormPlan> of(Handle cudnn, Shape shape, ElementType type) {
    InstanceNormPlan plan = new InstanceNormPlan(cudnn);
    boolean found = false;
    try {
      found = plan.planForward(shape, type) && plan.planBackward(shape, type);
    } catch (CudaException e) {
      // The operation was refused, unless the device is at fault.
      cudnn.stream().probe();
      LOG.log(Level.DEBUG, "cuDNN''s instance norm of {0} is left out: {1}", shape, e.getMessage());
    } finally {
      if (!found) {
        plan.close();
      }
    }
    return found ? Optional.of(plan) : Optional.empty();
  }

  private boolean planForward(Shape x, ElementType type) {
    Shape sets = Shape.matrix(x.n(), x.c());
    Shape channels = Shape.vector(x.c());
    forward = GraphPlan.of(cudnn, Cudnn.CUDNN_BACKEND_OPERATION_NORM_FORWARD_DESCRIPTOR());
    return forward
        .choice(
            Cudnn.CUDNN_ATTR_OPERATION_NORM_FWD_MODE(),
            Cudnn.CUDNN_TYPE_NORM_MODE(),
            Cudnn.CUDNN_INSTANCE_NORM())
        .choice(
            Cudnn.CUDNN_ATTR_OPERATION_NORM_FWD_PHASE(),
            Cudnn.CUDNN_TYPE_NORM_FWD_PHASE(),
            Cudnn.CUDNN_NORM_FWD_TRAINING())
        .operand(Cudnn.CUDNN_ATTR_OPERATION_NORM_FWD_XDESC(), x, type)
        .operand(Cudnn.CUDNN_ATTR_OPERATION_NORM_FWD_SCALE_DESC(), channels, ElementType.F32)
        .operand(Cudnn.CUDNN_ATTR_OPERATION_NORM_FWD_BIAS_DESC(), channels, ElementType.F32)
        .number(Cudnn.CUDNN_ATTR_OPERATION_NORM_FWD_EPSILON_DESC())
        .operand(Cudnn.CUDNN_ATTR_OPERATION_NORM_FWD_MEAN_DESC(), sets, ElementType.F32)
        .operand(Cudnn.CUDNN_ATTR_OPERATION_NORM_FWD_INV_VARIANCE_DESC(), sets, ElementType.F32)
        .operand(Cudnn.CUDNN_ATTR_OPERATION_NORM_FWD_YDESC(), x, type)
        .finish();
  }

  private boolean planBackward(Shape x, ElementType type) {
    Shape sets = Shape.matrix(x.n(), x.c());
    Shape channels = Shape.vector(x.c());
    backward = GraphPlan.of(cudnn, Cudnn.CUDNN_BACKEND_OPERATION_NORM_BACKWARD_DESCRIPTOR());
    return backward
        .choice(
            Cudnn.CUDNN_ATTR_OPERATION_NORM_BWD_MODE(),
            Cudnn.CUDNN_TYPE_NORM_MODE(),
            Cudnn.CUDNN_INSTANCE_NORM())
        .operand(Cudnn.CUDNN_ATTR_OPERATION_NORM_BWD_XDESC(), x, type)
        .operand(Cudnn.CUDNN_ATTR_OPERATION_NORM_BWD_DYDESC(), x, type)
        .operand(Cudnn.CUDNN_ATTR_OPERATION_NORM_BWD_SCALE_DESC(), channels, ElementType.F32)
        .operand(Cudnn.CUDNN_ATTR_OPERATION_NORM_BWD_MEAN_DESC(), sets, ElementType.F32)
        .operand(Cudnn.CUDNN_ATTR_OPERATION_NORM_BWD_INV_VARIANCE_DESC(), sets, ElementType.F32)
        .operand(Cudnn.CUDNN_ATTR_OPERATION_NORM_BWD_DXDESC(), x, type)
        .operand(Cudnn.CUDNN_ATTR_OPERATION_NORM_BWD_DSCALE_DESC(), channels, ElementType.F32)
        .operand(Cudnn.CUDNN_ATTR_OPERATION_NORM_BWD_DBIAS_DESC(), channels, ElementType.F32)
        .finish();
  }

  /**
   * {@code y = gamma * (x - mean) * inverseDeviation + beta}.
   *
   * @param mean and {@code inverseDeviation} are written
   */
  public void forward(
      Workspace workspace,
      MemorySegment x,
      MemorySegment gamma,
      MemorySegment beta,
      float eps,
      MemorySegment mean,
      MemorySegment inverseDeviation,
      MemorySegment y) {
    epsilon.set(JAVA_FLOAT, 0, eps);
    forward
        .at(0, x)
        .at(1, gamma)
        .at(2, beta)
        .at(3, epsilon)
        .at(4, mean)
        .at(5, inverseDeviation)
        .at(6, y)
        .run(workspace);
  }

  /** The gradients of {@link #forward}; all three are written. */
  public void backward(
      Workspace workspace,
      MemorySegment x,
      MemorySegment dy,
      MemorySegment gamma,
      MemorySegment mean,
      MemorySegment inverseDeviation,
      MemorySegment dx,
      MemorySegment dgamma,
      MemorySegment dbeta) {
    backward
        .at(0, x)
        .at(1, dy)
        .at(2, gamma)
        .at(3, mean)
        .at(4, inverseDeviation)
        .at(5, dx)
        .at(6, dgamma)
        .at(7, dbeta)
        .run(workspace);
  }

  @Override
  public void close() {
    for (GraphPlan plan : new GraphPlan[] {forward, backward}) {
      if (plan != null) {
        plan.close();
      }
    }
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
