package lanewise.nn;

import lanewise.autograd.Functional;
import lanewise.autograd.Variable;
import lanewise.backend.Activation;
import lanewise.backend.ConvSpec;
import lanewise.backend.Shape;

/** {@code torch.nn.ConvTranspose2d}: weight in x out/groups x kh x kw, bias optional. */
public final class ConvTranspose2d extends Module implements Activated {
  private final ConvSpec spec;
  private final int outputPadding;
  private final Weight weight;
  private final Parameter bias;

  public ConvTranspose2d(
      int in,
      int out,
      int kernel,
      ConvSpec spec,
      int outputPadding,
      boolean bias,
      Weights weights) {
    this.spec = spec;
    this.outputPadding = outputPadding;
    int perGroup = out / spec.groups();
    Shape filter = Shape.filter(in, perGroup, kernel, kernel);
    int fanIn = perGroup * kernel * kernel;
    weight =
        weights.declare(
            this,
            WeightMatrix.ofTransposedFilter(filter),
            filter,
            Init.fanIn(fanIn),
            in,
            perGroup,
            kernel,
            kernel);
    this.bias = bias ? parameter("bias", Shape.vector(out), Init.fanIn(fanIn), out) : null;
  }

  /** A transposed convolution with a plain weight. */
  public ConvTranspose2d(
      int in, int out, int kernel, ConvSpec spec, int outputPadding, boolean bias) {
    this(in, out, kernel, spec, outputPadding, bias, Weights.PLAIN);
  }

  @Override
  public Variable forward(Variable x, Pass pass, Activation activation) {
    Variable y = Functional.convTranspose2d(x, weight.of(pass), spec, outputShape(x.shape()));
    return Activated.finish(y, bias, activation);
  }

  @Override
  public Variable forward(Variable x, Pass pass) {
    return forward(x, pass, Activation.NONE);
  }

  @Override
  public GraphNode describe(GraphNode x, GraphNode condition) {
    return node(
        new GraphOperation.TransposedConvolution(array(weight), array(bias), spec, outputPadding),
        x);
  }

  @Override
  public Shape outputShape(Shape x) {
    return spec.transposedShape(x, weight.shape(), outputPadding);
  }

  @Override
  public String toString() {
    return "ConvTranspose2d %dx%d, stride %d"
        .formatted(weight.shape().h(), weight.shape().w(), spec.strideH());
  }
}
