package lanewise.nn;

import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Shape;

/** The sum of each plane. */
public final class GlobalSumPool extends Module {

  @Override
  public Variable forward(Variable x, Pass pass) {
    return Ops.sum(x, outputShape(x.shape()));
  }

  @Override
  public GraphNode describe(GraphNode x, GraphNode condition) {
    return node(GraphOperation.Simple.GLOBAL_SUM, x);
  }

  @Override
  public Shape outputShape(Shape x) {
    return Shape.matrix(x.n(), x.c());
  }
}
