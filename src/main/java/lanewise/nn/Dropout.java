package lanewise.nn;

import lanewise.autograd.Functional;
import lanewise.autograd.Variable;
import lanewise.backend.DropoutSpec;
import lanewise.backend.Shape;

/**
 * {@code torch.nn.Dropout}, in passes with a key. Layers drop by different elements of the same key
 * as they have different places in the network, whose names' hashes are their salts.
 */
public final class Dropout extends Module {
  private final float rate;

  /**
   * A dropout.
   *
   * @param rate the share of elements that become 0
   */
  public Dropout(float rate) {
    this.rate = new DropoutSpec(rate, 0).rate();
  }

  @Override
  public Variable forward(Variable x, Pass pass) {
    return pass.dropoutKey() == null || rate == 0
        ? x
        : Functional.dropout(x, new DropoutSpec(rate, path().hashCode()), pass.dropoutKey());
  }

  @Override
  public GraphNode describe(GraphNode x, GraphNode condition) {
    return x;
  }

  @Override
  public Shape outputShape(Shape x) {
    return x;
  }

  @Override
  public String toString() {
    return "Dropout " + rate;
  }
}
