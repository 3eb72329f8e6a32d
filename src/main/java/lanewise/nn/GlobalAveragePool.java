package lanewise.nn;

import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Shape;

/** {@code torch.nn.AdaptiveAvgPool2d(1)}: the mean of each plane. */
public final class GlobalAveragePool extends Module {

  @Override
  public Variable forward(Variable x, Pass pass) {
    return Ops.affine(Ops.sum(x, outputShape(x.shape())), 1f / x.shape().plane(), 0);
  }

  @Override
  public GraphNode describe(GraphNode x, GraphNode condition) {
    return node(GraphOperation.Simple.GLOBAL_AVERAGE, x);
  }

  @Override
  public Shape outputShape(Shape x) {
    return Shape.matrix(x.n(), x.c());
  }
}
