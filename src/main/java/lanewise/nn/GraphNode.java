package lanewise.nn;

import java.util.List;

/**
 * An operation of a network that is written down instead of computed, and the result that it would
 * have. The nodes that a result depends on are the network's graph.
 */
public final class GraphNode {
  private final String layer;
  private final GraphOperation operation;
  private final List<GraphNode> inputs;

  /**
   * Writes an operation down.
   *
   * @param layer whose it is, by its name in the state dict
   */
  public GraphNode(String layer, GraphOperation operation, List<GraphNode> inputs) {
    this.layer = layer;
    this.operation = operation;
    this.inputs = List.copyOf(inputs);
  }

  /** The layer that it belongs to: {@code main.0}. */
  public String layer() {
    return layer;
  }

  public GraphOperation operation() {
    return operation;
  }

  public List<GraphNode> inputs() {
    return inputs;
  }

  /** The same of other inputs. */
  public GraphNode of(List<GraphNode> others) {
    return new GraphNode(layer, operation, others);
  }

  @Override
  public String toString() {
    return layer + ": " + operation;
  }
}
