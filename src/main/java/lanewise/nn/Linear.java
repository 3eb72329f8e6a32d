package lanewise.nn;

import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Activation;
import lanewise.backend.Shape;

/** {@code torch.nn.Linear} on N x in matrices: weight out x in, bias optional. */
public final class Linear extends Module implements Activated {
  private final int in;
  private final int out;
  private final Weight weight;
  private final Parameter bias;

  public Linear(int in, int out, boolean bias, Weights weights) {
    this.in = in;
    this.out = out;
    weight =
        weights.declare(
            this, WeightMatrix.ofMatrix(out, in), Shape.matrix(out, in), Init.fanIn(in), out, in);
    this.bias = bias ? parameter("bias", Shape.vector(out), Init.fanIn(in), out) : null;
  }

  /** A layer with a plain weight. */
  public Linear(int in, int out, boolean bias) {
    this(in, out, bias, Weights.PLAIN);
  }

  @Override
  public Variable forward(Variable x, Pass pass, Activation activation) {
    return Activated.finish(Ops.matmul(x, false, weight.of(pass), true), bias, activation);
  }

  @Override
  public Variable forward(Variable x, Pass pass) {
    return forward(x, pass, Activation.NONE);
  }

  @Override
  public GraphNode describe(GraphNode x, GraphNode condition) {
    return node(new GraphOperation.Linear(array(weight), array(bias)), x);
  }

  @Override
  public Shape outputShape(Shape x) {
    if (!x.isMatrix() || x.c() != in) {
      throw new IllegalArgumentException("linear: the input is %s, not Nx%d".formatted(x, in));
    }
    return Shape.matrix(x.n(), out);
  }
}
