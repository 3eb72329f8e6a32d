package lanewise.inference;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import lanewise.UserException;
import lanewise.backend.NormScope;
import lanewise.nn.GraphNode;
import lanewise.nn.GraphOperation;
import lanewise.nn.GraphOperation.Simple;

/**
 * The nodes of a network from one image to another, each behind those that it depends on.
 *
 * @param nodes the last of which is the result
 * @param consumers of each node
 */
record Graph(List<GraphNode> nodes, Map<GraphNode, List<GraphNode>> consumers) {

  /**
   * Those that a result depends on.
   *
   * @throws UserException if one of them cannot be computed here; names it
   */
  static Graph of(GraphNode result) {
    Map<GraphNode, List<GraphNode>> consumers = new IdentityHashMap<>();
    List<GraphNode> nodes = new ArrayList<>();
    collect(result, nodes, consumers);
    nodes.forEach(Graph::requireKnown);
    return new Graph(nodes, consumers);
  }

  private static void collect(
      GraphNode node, List<GraphNode> nodes, Map<GraphNode, List<GraphNode>> consumers) {
    if (consumers.putIfAbsent(node, new ArrayList<>()) != null) {
      return;
    }
    for (GraphNode input : node.inputs()) {
      collect(input, nodes, consumers);
      consumers.get(input).add(node);
    }
    nodes.add(node);
  }

  private static void requireKnown(GraphNode node) {
    boolean known =
        switch (node.operation()) {
          case GraphOperation.Input _,
              GraphOperation.Convolution _,
              GraphOperation.TransposedConvolution _,
              GraphOperation.RunningNorm _,
              GraphOperation.Norm _,
              GraphOperation.LeakyRelu _,
              GraphOperation.Affine _,
              GraphOperation.Clip _,
              GraphOperation.Pad _,
              GraphOperation.Resize _,
              GraphOperation.AveragePool _ ->
              true;
          case Simple simple ->
              switch (simple) {
                case TANH, SIGMOID, SOFTPLUS, ADD, MUL, CONCAT -> true;
                default -> false;
              };
          default -> false;
        };
    if (!known) {
      throw new UserException(
          "the layer %s (%s) cannot be applied to pictures".formatted(node.layer(), node));
    }
  }

  GraphNode input() {
    return nodes.getFirst();
  }

  GraphNode result() {
    return nodes.getLast();
  }

  /** Whether it computes a result that costs more to repeat than to keep. */
  static boolean isConvolution(GraphNode node) {
    return node.operation() instanceof GraphOperation.Convolution
        || node.operation() instanceof GraphOperation.TransposedConvolution;
  }

  /** Whether adding a constant to a plane of this node changes nothing, as a norm takes it away. */
  boolean isShiftFree(GraphNode node) {
    return node != result()
        && consumers.get(node).stream()
            .allMatch(
                consumer ->
                    consumer.operation() instanceof GraphOperation.Norm norm
                        && norm.scope() instanceof NormScope.Instance);
  }
}
