package lanewise.benchmarks.torch;

import java.util.LinkedHashMap;
import java.util.Map;
import lanewise.nn.Network;
import org.bytedeco.pytorch.Tensor;

/** A Lanewise network's state dict as libtorch tensors. */
final class State implements AutoCloseable {
  private final Map<String, Tensor> parameters = new LinkedHashMap<>();
  private final Map<String, Tensor> buffers = new LinkedHashMap<>();

  State(Tensors tensors, Network network) {
    network
        .state()
        .forEach(
            (name, p) -> {
              float[] values = new float[p.shape().size()];
              network.backend().read(p.tensor(), values);
              Tensor t = tensors.of(values, p.dimensions()).retainReference();
              (p.gradient() == null ? buffers : parameters).put(name, t);
            });
    requireGradients(true);
  }

  /** The parameter or buffer of that name, or null. */
  Tensor get(String name) {
    return parameters.getOrDefault(name, buffers.get(name));
  }

  Tensor[] parameters() {
    return parameters.values().toArray(Tensor[]::new);
  }

  /** Freezes the parameters, or thaws them. */
  void requireGradients(boolean required) {
    parameters.values().forEach(p -> p.set_requires_grad(required));
  }

  @Override
  public void close() {
    parameters.values().forEach(Tensor::releaseReference);
    buffers.values().forEach(Tensor::releaseReference);
  }
}
