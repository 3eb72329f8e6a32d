package lanewise.onnx;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import lanewise.Printable;

/** Brings nodes into an order in which each finds its inputs computed. */
final class GraphOrder {
  private final Set<String> given;

  /**
   * An order.
   *
   * @param given the names of the values that no node computes
   */
  GraphOrder(Set<String> given) {
    this.given = Set.copyOf(given);
  }

  /**
   * The nodes in order; where it is one already, as they are.
   *
   * @throws ModelFault if a value is computed twice, or by nobody, or from itself
   */
  List<OnnxNode> order(List<OnnxNode> nodes) {
    Map<String, OnnxNode> makers = makers(nodes);
    Map<OnnxNode, Integer> missing = new HashMap<>();
    Map<String, List<OnnxNode>> readers = new HashMap<>();
    PriorityQueue<OnnxNode> ready = new PriorityQueue<>(Comparator.comparingInt(OnnxNode::index));
    for (OnnxNode node : nodes) {
      Set<String> waitsFor = new HashSet<>(node.inputs());
      waitsFor.remove("");
      waitsFor.removeAll(given);
      for (String input : waitsFor) {
        if (!makers.containsKey(input)) {
          throw new ModelFault(
              "%s: nothing computes its input %s".formatted(node, Printable.quoted(input)));
        }
        readers.computeIfAbsent(input, _ -> new ArrayList<>()).add(node);
      }
      missing.put(node, waitsFor.size());
      if (waitsFor.isEmpty()) {
        ready.add(node);
      }
    }
    List<OnnxNode> ordered = new ArrayList<>();
    while (!ready.isEmpty()) {
      OnnxNode node = ready.poll();
      ordered.add(node);
      for (String output : node.outputs()) {
        for (OnnxNode reader : readers.getOrDefault(output, List.of())) {
          if (missing.merge(reader, -1, Integer::sum) == 0) {
            ready.add(reader);
          }
        }
      }
    }
    if (ordered.size() < nodes.size()) {
      OnnxNode stuck = nodes.stream().filter(node -> missing.get(node) > 0).findFirst().get();
      throw new ModelFault("%s: it is part of a cycle, or waits for one".formatted(stuck));
    }
    return ordered;
  }

  private Map<String, OnnxNode> makers(List<OnnxNode> nodes) {
    Map<String, OnnxNode> makers = new HashMap<>();
    for (OnnxNode node : nodes) {
      for (String output : node.outputs()) {
        boolean isNamed = !output.isEmpty();
        if (isNamed && (given.contains(output) || makers.put(output, node) != null)) {
          throw new ModelFault(
              "%s: %s has a value already".formatted(node, Printable.quoted(output)));
        }
      }
    }
    return makers;
  }
}
