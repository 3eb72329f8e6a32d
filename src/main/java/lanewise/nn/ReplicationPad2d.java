package lanewise.nn;

import lanewise.autograd.Functional;
import lanewise.autograd.Variable;
import lanewise.backend.PadMode;
import lanewise.backend.Padding;
import lanewise.backend.Shape;

/** {@code torch.nn.ReplicationPad2d}: the pixels of the border repeated. */
public final class ReplicationPad2d extends Module {
  private final Padding padding;

  public ReplicationPad2d(Padding padding) {
    this.padding = padding;
  }

  @Override
  public Variable forward(Variable x, Pass pass) {
    return Functional.pad(x, padding, PadMode.EDGE);
  }

  @Override
  public GraphNode describe(GraphNode x, GraphNode condition) {
    return node(new GraphOperation.Pad(padding, PadMode.EDGE), x);
  }

  @Override
  public Shape outputShape(Shape x) {
    return padding.pad(x);
  }
}
