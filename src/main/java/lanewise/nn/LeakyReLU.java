package lanewise.nn;

import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Activation;
import lanewise.backend.Shape;

/** {@code torch.nn.LeakyReLU}; with slope 0, {@code torch.nn.ReLU}. */
public final class LeakyReLU extends Module {
  private final Activation activation;

  public LeakyReLU(float slope) {
    activation = Activation.leakyRelu(slope);
  }

  /** {@code torch.nn.ReLU}. */
  public static LeakyReLU relu() {
    return new LeakyReLU(0);
  }

  Activation activation() {
    return activation;
  }

  @Override
  public Variable forward(Variable x, Pass pass) {
    return Ops.leakyRelu(x, activation.slope());
  }

  @Override
  public GraphNode describe(GraphNode x, GraphNode condition) {
    return node(new GraphOperation.LeakyRelu(activation.slope()), x);
  }

  @Override
  public Shape outputShape(Shape x) {
    return x;
  }

  @Override
  public String toString() {
    return activation.slope() == 0 ? "ReLU" : "LeakyReLU " + activation.slope();
  }
}
