package lanewise.torch;

import java.util.List;
import java.util.Map;

/**
 * One case of operations.json or penalties.json.
 *
 * @param second the direction v and the gradients of {@code sum <d(operand), v(operand)>}; empty
 *     for penalties
 */
record TorchCase(
    String name,
    String op,
    Map<String, Object> attributes,
    Map<String, TorchTensor> inputs,
    Map<String, TorchTensor> outputs,
    Map<String, Map<String, TorchTensor>> second) {

  static List<TorchCase> all(String file) {
    return ((List<?>) Json.read(file)).stream().map(TorchCase::of).toList();
  }

  private static TorchCase of(Object json) {
    Map<?, ?> fields = (Map<?, ?>) json;
    return new TorchCase(
        (String) fields.get("name"),
        (String) fields.get("op"),
        Json.mapped(fields.get("attributes"), value -> value),
        TorchTensor.byName(fields.get("inputs")),
        TorchTensor.byName(fields.get("outputs")),
        fields.containsKey("second")
            ? Json.mapped(fields.get("second"), TorchTensor::byName)
            : Map.of());
  }

  TorchTensor input(String name) {
    return inputs.get(name);
  }

  boolean has(String input) {
    return inputs.containsKey(input);
  }

  float number(String attribute) {
    return ((Number) attributes.get(attribute)).floatValue();
  }

  int integer(String attribute) {
    return ((Number) attributes.get(attribute)).intValue();
  }

  int[] integers(String attribute) {
    return Json.ints(attributes.get(attribute));
  }

  boolean flag(String attribute) {
    return (Boolean) attributes.get(attribute);
  }

  @Override
  public String toString() {
    return name;
  }
}
