package lanewise.nn;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import lanewise.backend.NormScope;

/**
 * Lets norms that remember running averages use the statistics of the image, as they do in training
 * with one image at a time: batch norm of one image is instance norm.
 */
public final class OwnStatistics {

  private OwnStatistics() {}

  /** The same graph with every such norm replaced. */
  public static GraphNode of(GraphNode result) {
    return of(result, new IdentityHashMap<>());
  }

  private static GraphNode of(GraphNode node, Map<GraphNode, GraphNode> done) {
    GraphNode known = done.get(node);
    if (known != null) {
      return known;
    }
    List<GraphNode> inputs = node.inputs().stream().map(input -> of(input, done)).toList();
    GraphNode own =
        node.operation() instanceof GraphOperation.RunningNorm n
            ? new GraphNode(
                node.layer(),
                new GraphOperation.Norm(
                    NormScope.INSTANCE, n.mean().values().length, n.scale(), n.shift(), n.eps()),
                inputs)
            : node.of(inputs);
    done.put(node, own);
    return own;
  }
}
