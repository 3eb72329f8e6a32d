package lanewise.nn;

import lanewise.autograd.Functional;
import lanewise.autograd.Variable;
import lanewise.backend.PadMode;
import lanewise.backend.Padding;
import lanewise.backend.Shape;

/** {@code torch.nn.ReflectionPad2d}. */
public final class ReflectionPad2d extends Module {
  private final Padding padding;

  public ReflectionPad2d(Padding padding) {
    this.padding = padding;
  }

  @Override
  public Variable forward(Variable x, Pass pass) {
    return Functional.reflectPad(x, padding);
  }

  @Override
  public GraphNode describe(GraphNode x, GraphNode condition) {
    return node(new GraphOperation.Pad(padding, PadMode.REFLECT), x);
  }

  @Override
  public Shape outputShape(Shape x) {
    return padding.pad(x);
  }
}
