package lanewise.nn;

import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Shape;

/** {@code torch.nn.AvgPool2d}: the mean of each block of {@code factor x factor} pixels. */
public final class AvgPool2d extends Module {
  private final int factor;

  public AvgPool2d(int factor) {
    this.factor = factor;
  }

  @Override
  public Variable forward(Variable x, Pass pass) {
    return Ops.averagePool(x, factor);
  }

  @Override
  public GraphNode describe(GraphNode x, GraphNode condition) {
    return node(new GraphOperation.AveragePool(factor), x);
  }

  @Override
  public Shape outputShape(Shape x) {
    if (x.h() % factor != 0 || x.w() % factor != 0) {
      throw new IllegalArgumentException(
          "average pooling: %s does not divide into blocks of %dx%d pixels"
              .formatted(x, factor, factor));
    }
    return Shape.of(x.n(), x.c(), x.h() / factor, x.w() / factor);
  }
}
