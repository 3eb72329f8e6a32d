package lanewise.onnx;

import java.util.List;

/** What a node does, with its attributes; made once, when the model is read. */
@FunctionalInterface
interface Operation {

  /**
   * Computes the node's outputs.
   *
   * @throws ModelFault if the inputs do not fit
   */
  List<Value> run(Operands in);

  /** Makes the operation of a node. */
  @FunctionalInterface
  interface Factory {

    /**
     * Reads the attributes.
     *
     * @throws ModelFault if something in the declaration is wrong or not supported
     */
    Operation of(Declaration node);
  }

  /** An operation with one output. */
  @FunctionalInterface
  interface Single {
    Value run(Operands in);
  }

  static Operation single(Single operation) {
    return in -> List.of(operation.run(in));
  }
}
