package lanewise.onnx;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import lanewise.UserException;
import lanewise.backend.Backend;

/**
 * A model that was read from an ONNX file and can be run by any backend.
 *
 * <p>What is supported, {@link #operations} lists: ONNX's operations of opsets {@value
 * #OLDEST_OPSET} to {@value #NEWEST_OPSET} that convolutional networks use, inference only. All
 * elements are computed as fp32, whatever type the model declares.
 */
public final class OnnxModel {
  public static final int OLDEST_OPSET = 7;
  public static final int NEWEST_OPSET = 22;

  private final Path file;
  private final int opset;
  private final List<Port> inputs;
  private final List<Port> outputs;
  private final List<OnnxNode> nodes;
  private final Map<String, HostTensor> initializers;

  OnnxModel(
      Path file,
      int opset,
      List<Port> inputs,
      List<Port> outputs,
      List<OnnxNode> nodes,
      Map<String, HostTensor> initializers) {
    this.file = file;
    this.opset = opset;
    this.inputs = List.copyOf(inputs);
    this.outputs = List.copyOf(outputs);
    this.nodes = List.copyOf(nodes);
    this.initializers = Map.copyOf(initializers);
  }

  /**
   * Reads a model and checks all of it: opset, graph, weights, every operation and its attributes.
   *
   * <p>Weights may lie in other files beside it, as ONNX's external data; a path out of the model's
   * folder is refused.
   *
   * @throws UserException if the file is none, is damaged, or needs what is not supported
   */
  public static OnnxModel read(Path file) {
    return ModelReader.read(file);
  }

  /** The operations that are supported, a line for each, with what is left out. */
  public static List<String> operations() {
    return OperationTable.lines();
  }

  public Path file() {
    return file;
  }

  /** The version of ONNX's operations that it was written for. */
  public int opset() {
    return opset;
  }

  /** What has to be given; values that the file holds are not among them. */
  public List<Port> inputs() {
    return inputs;
  }

  public List<Port> outputs() {
    return outputs;
  }

  /** The graph in an order in which it can be computed. */
  public List<OnnxNode> nodes() {
    return nodes;
  }

  Map<String, HostTensor> initializers() {
    return initializers;
  }

  /**
   * Uploads the weights.
   *
   * <p>They belong to the session, which must be closed before the backend; if a scope of the
   * backend is open, they end with it.
   *
   * @throws UserException if what the model computes of its constants fails
   */
  public OnnxSession open(Backend backend) {
    return new OnnxSession(this, backend);
  }
}
