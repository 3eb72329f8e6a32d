package lanewise.onnx;

import java.util.List;
import java.util.Map;

/**
 * A node as its model declares it.
 *
 * @param opset the version of ONNX's operations that the model was written for
 * @param inputs the names of values; empty where an optional one is left out
 * @param initializers the values that the file holds, by name
 */
record Declaration(
    int opset,
    Attributes attributes,
    List<String> inputs,
    List<String> outputs,
    Map<String, HostTensor> initializers) {

  boolean hasInput(int i) {
    return i < inputs.size() && !inputs.get(i).isEmpty();
  }

  /** Whether more than the first output is asked for. */
  boolean hasMoreOutputs() {
    return outputs.stream().skip(1).anyMatch(name -> !name.isEmpty());
  }

  /** An input that the file holds, or null. */
  HostTensor initializer(int i) {
    return hasInput(i) ? initializers.get(inputs.get(i)) : null;
  }
}
