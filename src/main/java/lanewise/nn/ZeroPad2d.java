package lanewise.nn;

import lanewise.autograd.Functional;
import lanewise.autograd.Variable;
import lanewise.backend.PadMode;
import lanewise.backend.Padding;
import lanewise.backend.Shape;

/** {@code torch.nn.ZeroPad2d}: zeros around the image. */
public final class ZeroPad2d extends Module {
  private final Padding padding;

  public ZeroPad2d(Padding padding) {
    this.padding = padding;
  }

  @Override
  public Variable forward(Variable x, Pass pass) {
    return Functional.pad(x, padding, PadMode.ZERO);
  }

  @Override
  public GraphNode describe(GraphNode x, GraphNode condition) {
    return node(new GraphOperation.Pad(padding, PadMode.ZERO), x);
  }

  @Override
  public Shape outputShape(Shape x) {
    return padding.pad(x);
  }
}
