package lanewise.onnx;

import java.util.IdentityHashMap;
import java.util.Map;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.AxisOrder;
import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/** The constants of a model on a backend, each uploaded once in the forms in which it is used. */
final class Weights implements AutoCloseable {
  private final Backend backend;
  private final Map<HostTensor, DeviceTensor> tensors = new IdentityHashMap<>();
  private final Map<HostTensor, Variable> filters = new IdentityHashMap<>();

  Weights(Backend backend) {
    this.backend = backend;
  }

  Backend backend() {
    return backend;
  }

  /** Uploads a constant for good. */
  void keepTensor(HostTensor constant) {
    if (!tensors.containsKey(constant)) {
      tensors.put(constant, tensor(constant));
    }
  }

  /** Uploads a constant for good as a filter. */
  void keepFilter(HostTensor constant) {
    if (!filters.containsKey(constant)) {
      filters.put(constant, filter(constant));
    }
  }

  /** A tensor on the backend: the one that is kept, or one of the innermost scope. */
  DeviceTensor tensor(HostTensor host) {
    DeviceTensor kept = tensors.get(host);
    return kept != null
        ? kept
        : new DeviceTensor(upload(host, DeviceTensor.shape(host.dims())), host.dims());
  }

  /** The same as a filter, out x in x height x width. */
  Variable filter(HostTensor host) {
    Variable kept = filters.get(host);
    return kept != null ? kept : upload(host, filterShape(host.dims()));
  }

  /** What a backend computed, as a filter. */
  static Variable filter(DeviceTensor x) {
    Shape shape = filterShape(x.dims());
    // Stored NHWC as it is, the outputs come first instead of last.
    AxisOrder outputsLast = AxisOrder.of(new int[] {shape.n(), shape.size() / shape.n()}, 1, 0);
    return Ops.permute(x.variable(), outputsLast, shape);
  }

  private static Shape filterShape(int[] dims) {
    if (dims.length != DeviceTensor.IMAGE_RANK) {
      throw new ModelFault(
          "the weight is %s; convolutions of two dimensions are supported alone"
              .formatted(Dims.text(dims)));
    }
    if (Dims.size(dims) == 0) {
      throw new ModelFault("the weight of %s has no elements".formatted(Dims.text(dims)));
    }
    return Shape.filter(dims[0], dims[1], dims[2], dims[3]);
  }

  private Variable upload(HostTensor host, Shape shape) {
    Tensor tensor = backend.allocate(shape);
    backend.upload(host.floats(), tensor);
    return Variable.constant(backend, tensor);
  }

  @Override
  public void close() {
    tensors.values().forEach(tensor -> tensor.variable().tensor().close());
    filters.values().forEach(filter -> filter.tensor().close());
  }
}
