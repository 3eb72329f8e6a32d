package lanewise.onnx;

import java.util.List;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Shape;

/** The inputs of a node while it runs, in the form in which its operation wants them. */
final class Operands {
  private final Weights weights;
  private final List<Value> values;

  /**
   * Operands.
   *
   * @param values with null for an optional input that is left out
   */
  Operands(Weights weights, List<Value> values) {
    this.weights = weights;
    this.values = values;
  }

  /** Other operands on the same backend. */
  Operands of(Value... others) {
    return new Operands(weights, List.of(others));
  }

  int count() {
    return values.size();
  }

  /** Whether an optional input is there. */
  boolean has(int i) {
    return i < values.size() && values.get(i) != null;
  }

  Value get(int i) {
    if (!has(i)) {
      throw new ModelFault("input %d is missing".formatted(i));
    }
    return values.get(i);
  }

  int[] dims(int i) {
    return get(i).dims();
  }

  int rank(int i) {
    return dims(i).length;
  }

  /** Whether all inputs are in the JVM's memory: constants, shapes, and what follows from them. */
  boolean areHost() {
    return values.stream().allMatch(value -> value == null || value instanceof HostTensor);
  }

  /**
   * An input that is known without looking at what a backend computed.
   *
   * @param what it is, for the message
   */
  HostTensor host(int i, String what) {
    if (get(i) instanceof HostTensor host) {
      return host;
    }
    throw new ModelFault(
        "input %d (%s) depends on the values that flow through the network; it must follow from"
                .formatted(i, what)
            + " constants and shapes");
  }

  /** An input as {@link #host}. */
  HostTensor host(int i) {
    return host(i, "of shapes or constants");
  }

  /** An input on the backend. */
  DeviceTensor device(int i) {
    return switch (get(i)) {
      case DeviceTensor device -> device;
      case HostTensor host -> weights.tensor(host);
    };
  }

  Variable variable(int i) {
    return device(i).variable();
  }

  /** An input as a filter of a convolution. */
  Variable filter(int i) {
    return switch (get(i)) {
      case DeviceTensor device -> Weights.filter(device);
      case HostTensor host -> weights.filter(host);
    };
  }

  /** An input with one value for each of {@code length} channels, or null if it is not there. */
  Variable vector(int i, int length) {
    if (!has(i)) {
      return null;
    }
    DeviceTensor x = device(i);
    if (x.size() != length) {
      throw new ModelFault(
          "input %d is %s, where %d values are needed".formatted(i, Dims.text(x.dims()), length));
    }
    return x.reshape(length).variable();
  }

  /** An image: an input of rank 4. */
  Variable image(int i) {
    int[] dims = dims(i);
    if (dims.length != DeviceTensor.IMAGE_RANK) {
      throw new ModelFault(
          "input %d is %s, where N x C x H x W is supported alone".formatted(i, Dims.text(dims)));
    }
    return variable(i);
  }

  /** A constant with one element, as a backend's tensor. */
  DeviceTensor constant(float value) {
    return weights.tensor(HostTensor.of(new float[] {value}));
  }

  Backend backend() {
    return weights.backend();
  }

  /** An image as a result. */
  static DeviceTensor image(Variable x) {
    Shape s = x.shape();
    return new DeviceTensor(x, s.n(), s.c(), s.h(), s.w());
  }
}
