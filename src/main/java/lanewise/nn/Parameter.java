package lanewise.nn;

import java.util.Arrays;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/**
 * A named array of a layer: trained (a weight), or only remembered (a running average, which
 * PyTorch calls a buffer). It has elements once a {@link Network} gave it a place in its block.
 */
public final class Parameter {
  private final String name;
  private final Shape shape;
  private final long[] dimensions;
  private final Init init;
  private Tensor tensor;
  private Tensor gradient;
  private Variable variable;

  /**
   * Declares an array.
   *
   * @param name within its layer: {@code weight}
   * @param dimensions as PyTorch's state dict has them: {@code [C]} for a vector
   */
  Parameter(String name, Shape shape, Init init, long... dimensions) {
    this.name = name;
    this.shape = shape;
    this.init = init;
    this.dimensions = dimensions;
  }

  void bind(Backend backend, Tensor tensor, Tensor gradient) {
    this.tensor = tensor;
    this.gradient = gradient;
    this.variable =
        gradient == null ? Variable.constant(backend, tensor) : Variable.leaf(backend, tensor);
  }

  public String name() {
    return name;
  }

  public Shape shape() {
    return shape;
  }

  /** The dimensions in PyTorch's state dict. */
  public long[] dimensions() {
    return dimensions.clone();
  }

  Init init() {
    return init;
  }

  /** The elements; a view of the network's block. */
  public Tensor tensor() {
    if (tensor == null) {
      throw new IllegalStateException(
          "The parameter " + name + " has no memory yet: put its layer into a Network");
    }
    return tensor;
  }

  /** The gradient, a view of the network's block of gradients; null for a buffer. */
  public Tensor gradient() {
    return gradient;
  }

  public Variable variable() {
    tensor();
    return variable;
  }

  @Override
  public String toString() {
    return name + Arrays.toString(dimensions);
  }
}
