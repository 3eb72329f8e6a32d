package lanewise.onnx;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What has to be computed for some values, and when each intermediate one is needed no more. */
final class Plan {
  /**
   * A step of it.
   *
   * @param dead the values that no later step reads and nobody asked for
   */
  record Step(OnnxNode node, List<String> dead) {}

  private final List<Step> steps = new ArrayList<>();

  /**
   * A plan.
   *
   * @param nodes in an order in which they can be computed
   * @param wanted names of values
   */
  Plan(List<OnnxNode> nodes, Collection<String> wanted) {
    Set<String> needed = new HashSet<>(wanted);
    Set<String> read = new HashSet<>(wanted);
    for (OnnxNode node : nodes.reversed()) {
      if (Collections.disjoint(node.outputs(), needed)) {
        continue;
      }
      needed.addAll(node.inputs());
      List<String> dead = new ArrayList<>();
      for (String input : node.inputs()) {
        if (read.add(input)) {
          dead.add(input);
        }
      }
      for (String output : node.outputs()) {
        if (!read.contains(output)) {
          dead.add(output);
        }
      }
      steps.add(new Step(node, dead));
    }
    Collections.reverse(steps);
  }

  List<Step> steps() {
    return steps;
  }
}
