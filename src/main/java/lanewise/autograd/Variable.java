package lanewise.autograd;

import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/** A tensor that knows how it was computed, if a gradient may be asked for. */
public final class Variable {
  private final Backend backend;
  private final Tensor tensor;
  private final boolean requiresGradient;
  private final Node node;
  private Variable detached;

  private Variable(Backend backend, Tensor tensor, boolean requiresGradient, Node node) {
    this.backend = backend;
    this.tensor = tensor;
    this.requiresGradient = requiresGradient;
    this.node = node;
  }

  /** Data: no gradient flows into it. */
  public static Variable constant(Backend backend, Tensor tensor) {
    return new Variable(backend, tensor, false, null);
  }

  /** A parameter: what is computed from it is remembered. */
  public static Variable leaf(Backend backend, Tensor tensor) {
    return new Variable(backend, tensor, true, null);
  }

  static Variable computed(Backend backend, Tensor tensor, Node node) {
    return new Variable(backend, tensor, true, node);
  }

  /** The same tensor without its history, as PyTorch's {@code detach}. */
  public Variable detach() {
    if (!requiresGradient) {
      return this;
    }
    if (detached == null) {
      detached = constant(backend, tensor);
    }
    return detached;
  }

  public Backend backend() {
    return backend;
  }

  public Tensor tensor() {
    return tensor;
  }

  public Shape shape() {
    return tensor.shape();
  }

  public boolean requiresGradient() {
    return requiresGradient;
  }

  /** How this was computed, or null for a constant or a leaf. */
  Node node() {
    return node;
  }

  /** The value of a scalar; waits for the backend. */
  public float item() {
    float[] value = new float[1];
    backend.read(tensor, value);
    return value[0];
  }
}
