package lanewise.onnx;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import lanewise.backend.Activation;

/**
 * What has to be computed for some values, and when each intermediate one is needed no more. An
 * activation that is the only reader of a convolution or a normalisation is computed with it.
 */
final class Plan {
  /**
   * A step of it.
   *
   * @param activation that the node takes with it, or {@link Activation#NONE}
   * @param outputs the names of what it computes
   * @param dead the values that no later step reads and nobody asked for
   */
  record Step(OnnxNode node, Activation activation, List<String> outputs, List<String> dead) {

    /** A node by itself, whose inputs all live on. */
    static Step of(OnnxNode node) {
      return new Step(node, Activation.NONE, node.outputs(), List.of());
    }

    List<Value> run(Operands in) {
      return node.implementation() instanceof Operation.Activated activated
          ? List.of(activated.run(in, activation))
          : node.implementation().run(in);
    }
  }

  private final List<Step> steps = new ArrayList<>();

  /**
   * A plan.
   *
   * @param nodes in an order in which they can be computed
   * @param wanted names of values
   */
  Plan(List<OnnxNode> nodes, Collection<String> wanted) {
    List<OnnxNode> needed = needed(nodes, wanted);
    Map<String, OnnxNode> readers = onlyReaders(needed, wanted);
    Set<OnnxNode> takenOver = new HashSet<>();
    for (OnnxNode node : needed) {
      if (takenOver.contains(node)) {
        continue;
      }
      OnnxNode reader = readers.get(node.outputs().getFirst());
      if (node.implementation() instanceof Operation.Activated
          && reader != null
          && reader.implementation() instanceof Operation.Activating(Activation activation)) {
        takenOver.add(reader);
        steps.add(new Step(node, activation, reader.outputs(), List.of()));
      } else {
        steps.add(Step.of(node));
      }
    }
    findDead(wanted);
  }

  private static List<OnnxNode> needed(List<OnnxNode> nodes, Collection<String> wanted) {
    Set<String> names = new HashSet<>(wanted);
    List<OnnxNode> needed = new ArrayList<>();
    for (OnnxNode node : nodes.reversed()) {
      if (!Collections.disjoint(node.outputs(), names)) {
        names.addAll(node.inputs());
        needed.add(node);
      }
    }
    return needed.reversed();
  }

  /** Of each value that is read once, by whom. */
  private static Map<String, OnnxNode> onlyReaders(
      List<OnnxNode> nodes, Collection<String> wanted) {
    Map<String, OnnxNode> readers = new HashMap<>();
    Set<String> seen = new HashSet<>(wanted);
    for (OnnxNode node : nodes) {
      for (String input : node.inputs()) {
        if (seen.add(input)) {
          readers.put(input, node);
        } else {
          readers.remove(input);
        }
      }
    }
    return readers;
  }

  private void findDead(Collection<String> wanted) {
    Set<String> read = new HashSet<>(wanted);
    for (int i = steps.size() - 1; i >= 0; i--) {
      Step step = steps.get(i);
      List<String> dead = new ArrayList<>();
      for (String output : step.outputs) {
        if (!read.contains(output)) {
          dead.add(output);
        }
      }
      for (String input : step.node.inputs()) {
        if (read.add(input)) {
          dead.add(input);
        }
      }
      steps.set(i, new Step(step.node, step.activation, step.outputs, dead));
    }
  }

  List<Step> steps() {
    return steps;
  }
}
