package lanewise.nn;

import java.util.function.UnaryOperator;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Shape;

/** A layer without parameters that keeps the shape. */
public final class Pointwise extends Module {
  private final String name;
  private final GraphOperation operation;
  private final UnaryOperator<Variable> function;

  private Pointwise(String name, GraphOperation operation, UnaryOperator<Variable> function) {
    this.name = name;
    this.operation = operation;
    this.function = function;
  }

  public static Pointwise tanh() {
    return new Pointwise("Tanh", GraphOperation.Simple.TANH, Ops::tanh);
  }

  public static Pointwise sigmoid() {
    return new Pointwise("Sigmoid", GraphOperation.Simple.SIGMOID, Ops::sigmoid);
  }

  public static Pointwise softplus() {
    return new Pointwise("Softplus", GraphOperation.Simple.SOFTPLUS, Ops::softplus);
  }

  /** {@code torch.nn.ELU(alpha)}. */
  public static Pointwise elu(float alpha) {
    return new Pointwise("ELU", new GraphOperation.Elu(alpha), x -> Ops.elu(x, alpha));
  }

  public static Pointwise selu() {
    return new Pointwise("SELU", GraphOperation.Simple.SELU, Ops::selu);
  }

  public static Pointwise hardsigmoid() {
    return new Pointwise("Hardsigmoid", GraphOperation.Simple.HARD_SIGMOID, Ops::hardSigmoid);
  }

  /** {@code torch.nn.Hardtanh(low, high)}; from 0 to 6, {@code torch.nn.ReLU6}. */
  public static Pointwise hardtanh(float low, float high) {
    return new Pointwise(
        "Hardtanh", new GraphOperation.Clip(low, high), x -> Ops.clip(x, low, high));
  }

  /** Keeps the place of a layer that was left out, so that the names of the others stay. */
  public static Pointwise identity() {
    return new Pointwise("Identity", null, UnaryOperator.identity());
  }

  @Override
  public Variable forward(Variable x, Pass pass) {
    return function.apply(x);
  }

  @Override
  public GraphNode describe(GraphNode x, GraphNode condition) {
    return operation == null ? x : node(operation, x);
  }

  @Override
  public Shape outputShape(Shape x) {
    return x;
  }

  @Override
  public String toString() {
    return name;
  }
}
