package lanewise.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lanewise.io.TensorEntry;

/**
 * One case of layers.json: several passes through a layer or a network.
 *
 * @param state the state dict at the start
 * @param stateAfter the buffers after all passes
 * @param second the direction v and the gradients of {@code sum <d(operand), v(operand)>}
 */
record LayerCase(
    String name,
    String op,
    Map<String, Object> attributes,
    Map<String, TorchTensor> state,
    Map<String, TorchTensor> inputs,
    Map<String, TorchTensor> outputs,
    Map<String, TorchTensor> stateAfter,
    Map<String, Map<String, TorchTensor>> second) {

  static List<LayerCase> all() {
    return ((List<?>) Json.read("layers.json")).stream().map(LayerCase::of).toList();
  }

  private static LayerCase of(Object json) {
    Map<?, ?> fields = (Map<?, ?>) json;
    return new LayerCase(
        (String) fields.get("name"),
        (String) fields.get("op"),
        Json.mapped(fields.get("attributes"), value -> value),
        TorchTensor.byName(fields.get("state")),
        TorchTensor.byName(fields.get("inputs")),
        TorchTensor.byName(fields.get("outputs")),
        TorchTensor.byName(fields.get("state_after")),
        Json.mapped(fields.get("second"), TorchTensor::byName));
  }

  /** An attribute that is a whole number. */
  int integer(String attribute, int otherwise) {
    return ((Number) attributes.getOrDefault(attribute, otherwise)).intValue();
  }

  /** An attribute that is true or false. */
  boolean flag(String attribute, boolean otherwise) {
    return (Boolean) attributes.getOrDefault(attribute, otherwise);
  }

  /** The state dict as a file would hold it. */
  List<TensorEntry> stateDict() {
    List<TensorEntry> entries = new ArrayList<>();
    state.forEach((key, t) -> entries.add(new TensorEntry(key, t.dimensions(), t.floats())));
    return entries;
  }

  /** How many passes there are; all but the last are in training mode. */
  int passes() {
    return (int) outputs.keySet().stream().filter(key -> key.startsWith("y")).count();
  }

  @Override
  public String toString() {
    return name;
  }
}
