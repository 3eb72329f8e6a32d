package lanewise.nn;

import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Shape;

/**
 * {@code torch.nn.Embedding}: a learned vector for each class, weight classes x size.
 *
 * <p>A class is a row with one 1 among zeros, where PyTorch takes its number; any other row mixes
 * the vectors of several classes.
 */
public final class Embedding extends Module {
  private final int classes;
  private final int size;
  private final Weight weight;

  public Embedding(int classes, int size, Init init, Weights weights) {
    this.classes = classes;
    this.size = size;
    weight =
        weights.declare(
            this,
            WeightMatrix.ofMatrix(classes, size),
            Shape.matrix(classes, size),
            init,
            classes,
            size);
  }

  @Override
  public Variable forward(Variable x, Pass pass) {
    return Ops.matmul(x, false, weight.of(pass), false);
  }

  @Override
  public GraphNode describe(GraphNode x, GraphNode condition) {
    return node(new GraphOperation.Embedding(array(weight)), x);
  }

  @Override
  public Shape outputShape(Shape x) {
    if (!x.isMatrix() || x.c() != classes) {
      throw new IllegalArgumentException(
          "embedding: the input is %s, not Nx%d".formatted(x, classes));
    }
    return Shape.matrix(x.n(), size);
  }
}
