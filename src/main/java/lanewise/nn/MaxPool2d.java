package lanewise.nn;

import lanewise.autograd.Functional;
import lanewise.autograd.Variable;
import lanewise.backend.PoolSpec;
import lanewise.backend.Shape;

/** {@code torch.nn.MaxPool2d}: the largest element of each window. */
public final class MaxPool2d extends Module {
  private final PoolSpec spec;

  public MaxPool2d(PoolSpec spec) {
    this.spec = spec;
  }

  /** Windows of {@code kernel x kernel} pixels. */
  public MaxPool2d(int kernel, int stride, int padding) {
    this(PoolSpec.of(kernel, stride, padding));
  }

  @Override
  public Variable forward(Variable x, Pass pass) {
    return Functional.maxPool(x, spec);
  }

  @Override
  public GraphNode describe(GraphNode x, GraphNode condition) {
    return node(new GraphOperation.MaxPool(spec), x);
  }

  @Override
  public Shape outputShape(Shape x) {
    return spec.outputShape(x);
  }
}
