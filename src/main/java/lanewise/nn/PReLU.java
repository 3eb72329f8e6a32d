package lanewise.nn;

import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Shape;

/** {@code torch.nn.PReLU}: a LeakyReLU whose slopes are trained. */
public final class PReLU extends Module {
  private static final float INITIAL = 0.25f;

  private final Parameter weight;

  /**
   * A PReLU.
   *
   * @param slopes one for all channels, or as many as there are channels
   */
  public PReLU(int slopes) {
    weight = parameter("weight", Shape.vector(slopes), new Init.Constant(INITIAL), slopes);
  }

  @Override
  public Variable forward(Variable x, Pass pass) {
    return Ops.prelu(x, weight.variable());
  }

  @Override
  public GraphNode describe(GraphNode x, GraphNode condition) {
    return node(new GraphOperation.Prelu(array(weight)), x);
  }

  @Override
  public Shape outputShape(Shape x) {
    if (!weight.shape().broadcastsTo(x)) {
      throw new IllegalArgumentException(
          "PReLU: %d slopes do not fit the channels of %s".formatted(weight.shape().c(), x));
    }
    return x;
  }
}
