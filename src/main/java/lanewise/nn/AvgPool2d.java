package lanewise.nn;

import lanewise.autograd.Functional;
import lanewise.autograd.Variable;
import lanewise.backend.PoolSpec;
import lanewise.backend.Shape;

/** {@code torch.nn.AvgPool2d}: the mean of each window. */
public final class AvgPool2d extends Module {
  private final PoolSpec spec;
  private final boolean countPadding;

  /**
   * Any windows.
   *
   * @param countPadding whether padding counts as zeros: PyTorch's {@code count_include_pad}
   */
  public AvgPool2d(PoolSpec spec, boolean countPadding) {
    this.spec = spec;
    this.countPadding = countPadding;
  }

  /** Windows of {@code kernel x kernel} pixels, and padding that counts. */
  public AvgPool2d(int kernel, int stride, int padding) {
    this(PoolSpec.of(kernel, stride, padding), true);
  }

  /** Blocks of {@code kernel x kernel} pixels. */
  public AvgPool2d(int kernel) {
    this(kernel, kernel, 0);
  }

  @Override
  public Variable forward(Variable x, Pass pass) {
    return Functional.averagePool(x, spec, countPadding);
  }

  @Override
  public GraphNode describe(GraphNode x, GraphNode condition) {
    return node(new GraphOperation.AveragePool(spec, countPadding), x);
  }

  @Override
  public Shape outputShape(Shape x) {
    return spec.outputShape(x);
  }
}
