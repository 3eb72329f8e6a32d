package lanewise.onnx;

import java.util.List;
import lanewise.autograd.Ops;
import lanewise.backend.Activation;

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

  /** An operation with one output that can take an activation with it. */
  interface Activated extends Operation {

    /** Computes {@code activation(output)}. */
    Value run(Operands in, Activation activation);

    @Override
    default List<Value> run(Operands in) {
      return List.of(run(in, Activation.NONE));
    }
  }

  /** An activation that the operation before it may take over. */
  record Activating(Activation activation) implements Operation {
    @Override
    public List<Value> run(Operands in) {
      return List.of(in.device(0).map(x -> Ops.leakyRelu(x, activation.slope())));
    }
  }
}
