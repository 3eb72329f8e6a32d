package lanewise.nn;

import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Shape;

/** {@code torch.nn.Upsample(mode="nearest")} by a whole factor. */
public final class Upsample extends Module {
  private final int factor;

  public Upsample(int factor) {
    this.factor = factor;
  }

  @Override
  public Variable forward(Variable x, Pass pass) {
    return Ops.upsampleNearest(x, factor);
  }

  @Override
  public GraphNode describe(GraphNode x, GraphNode condition) {
    return node(new GraphOperation.NearestUpsample(factor), x);
  }

  @Override
  public Shape outputShape(Shape x) {
    return Shape.of(x.n(), x.c(), x.h() * factor, x.w() * factor);
  }
}
