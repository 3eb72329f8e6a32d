package lanewise.onnx;

import java.util.List;
import lanewise.Printable;

/** One operation of a model's graph. */
public final class OnnxNode {
  private final int index;
  private final String name;
  private final Definition definition;
  private final List<String> inputs;
  private final List<String> outputs;
  private final Operation operation;

  OnnxNode(
      int index,
      String name,
      Definition definition,
      List<String> inputs,
      List<String> outputs,
      Operation operation) {
    this.index = index;
    this.name = name;
    this.definition = definition;
    this.inputs = List.copyOf(inputs);
    this.outputs = List.copyOf(outputs);
    this.operation = operation;
  }

  /** Its name in the file; may be empty. */
  public String name() {
    return name;
  }

  /** What it does, by ONNX's name: {@code Conv}. */
  public String operation() {
    return definition.name();
  }

  /** The names of the values that it reads; empty where an optional one is left out. */
  public List<String> inputs() {
    return inputs;
  }

  /** The names of the values that it computes; empty where one is not asked for. */
  public List<String> outputs() {
    return outputs;
  }

  /** Its place in the file, from 0 on. */
  int index() {
    return index;
  }

  Definition definition() {
    return definition;
  }

  Operation implementation() {
    return operation;
  }

  static String describe(int index, String name, String operation) {
    return name.isEmpty()
        ? "node %d (%s)".formatted(index, Printable.text(operation))
        : "node %d %s (%s)".formatted(index, Printable.quoted(name), Printable.text(operation));
  }

  /** {@code node 3 'conv1' (Conv)}, counted from 0 as the file has them. */
  @Override
  public String toString() {
    return describe(index, name, operation());
  }
}
