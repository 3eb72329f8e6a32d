package lanewise.nn;

import lanewise.autograd.Functional;
import lanewise.autograd.Variable;
import lanewise.backend.Activation;
import lanewise.backend.ConvSpec;
import lanewise.backend.Shape;

/** {@code torch.nn.Conv2d}: weight out x in/groups x kh x kw, bias optional. */
public final class Conv2d extends Module implements Activated {
  private final ConvSpec spec;
  private final Weight weight;
  private final Parameter bias;

  public Conv2d(int in, int out, int kernel, ConvSpec spec, boolean bias, Weights weights) {
    this.spec = spec;
    Shape filter = Shape.filter(out, in / spec.groups(), kernel, kernel);
    int fanIn = in / spec.groups() * kernel * kernel;
    weight =
        weights.declare(
            this,
            WeightMatrix.ofFilter(filter),
            filter,
            Init.fanIn(fanIn),
            out,
            in / spec.groups(),
            kernel,
            kernel);
    this.bias = bias ? parameter("bias", Shape.vector(out), Init.fanIn(fanIn), out) : null;
  }

  /** A convolution with a plain weight. */
  public Conv2d(int in, int out, int kernel, ConvSpec spec, boolean bias) {
    this(in, out, kernel, spec, bias, Weights.PLAIN);
  }

  /** A convolution with a plain weight and without bias. */
  public Conv2d(int in, int out, int kernel, int stride, int padding) {
    this(in, out, kernel, ConvSpec.of(stride, padding), false, Weights.PLAIN);
  }

  @Override
  public Variable forward(Variable x, Pass pass, Activation activation) {
    return Activated.finish(Functional.conv2d(x, weight.of(pass), spec), bias, activation);
  }

  @Override
  public Variable forward(Variable x, Pass pass) {
    return forward(x, pass, Activation.NONE);
  }

  @Override
  public GraphNode describe(GraphNode x, GraphNode condition) {
    return node(new GraphOperation.Convolution(array(weight), array(bias), spec), x);
  }

  @Override
  public Shape outputShape(Shape x) {
    return spec.outputShape(x, weight.shape());
  }

  @Override
  public String toString() {
    return "Conv2d %dx%d, stride %d"
        .formatted(weight.shape().h(), weight.shape().w(), spec.strideH());
  }
}
