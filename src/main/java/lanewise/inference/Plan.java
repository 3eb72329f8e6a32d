package lanewise.inference;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import lanewise.backend.Shape;
import lanewise.nn.GraphNode;
import lanewise.nn.GraphOperation;
import lanewise.nn.GraphOperation.Array;
import lanewise.nn.GraphOperation.Simple;

/**
 * How a graph is computed for images of one size: which results are kept whole, where, and in which
 * order. All others are made again, row by row, where they are needed.
 *
 * <p>Kept are the results of convolutions, what norms take their statistics of, and what more than
 * one node needs unless it follows from a single kept result pixel by pixel.
 */
final class Plan {
  private final Graph graph;
  private final Map<GraphNode, Shape> shapes = new IdentityHashMap<>();
  private final Map<GraphNode, Resampling> resamplings = new IdentityHashMap<>();

  /** The step that makes each result that is kept; the input has -1. */
  private final Map<GraphNode, Integer> steps = new IdentityHashMap<>();

  private final List<GraphNode> kept = new ArrayList<>();
  private final MemoryPlan memory;

  /**
   * A plan for an input.
   *
   * @throws IllegalArgumentException if it is too small for a layer; names the layer
   */
  Plan(Graph graph, Shape input) {
    this.graph = graph;
    for (GraphNode node : graph.nodes()) {
      try {
        shapes.put(node, shape(node, input));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "layer %s: %s".formatted(node.layer(), e.getMessage()), e);
      }
    }
    steps.put(graph.input(), -1);
    for (GraphNode node : graph.nodes()) {
      if (node != graph.input() && mustKeep(node)) {
        steps.put(node, kept.size());
        kept.add(node);
      }
    }
    memory = MemoryPlan.of(lives());
  }

  // ---- shapes

  private Shape shape(GraphNode node, Shape input) {
    if (node == graph.input()) {
      return input;
    }
    Shape x = shapes.get(node.inputs().getFirst());
    return switch (node.operation()) {
      case GraphOperation.Convolution c -> c.spec().outputShape(x, filter(c.weight()));
      case GraphOperation.TransposedConvolution c ->
          c.spec().transposedShape(x, filter(c.weight()), c.outputPadding());
      case Simple simple when simple == Simple.CONCAT -> concatenated(node);
      default -> {
        Resampling resampling = Resampling.of(node.operation(), x);
        if (resampling == null) {
          yield x;
        }
        resamplings.put(node, resampling);
        yield resampling.outputShape(x);
      }
    };
  }

  static Shape filter(Array weight) {
    long[] d = weight.dimensions();
    return Shape.filter((int) d[0], (int) d[1], (int) d[2], (int) d[3]);
  }

  private Shape concatenated(GraphNode node) {
    Shape first = shapes.get(node.inputs().getFirst());
    int channels = 0;
    for (GraphNode input : node.inputs()) {
      Shape s = shapes.get(input);
      if (s.h() != first.h() || s.w() != first.w()) {
        throw new IllegalArgumentException(
            "images of %s and %s cannot stand side by side".formatted(first, s));
      }
      channels += s.c();
    }
    return Shape.of(first.n(), channels, first.h(), first.w());
  }

  // ---- what is kept

  private boolean mustKeep(GraphNode node) {
    List<GraphNode> consumers = graph.consumers().get(node);
    return node == graph.result()
        || Graph.isConvolution(node)
        || consumers.stream().anyMatch(c -> c.operation() instanceof GraphOperation.Norm)
        || consumers.size() > 1 && !isPointwise(node);
  }

  /** Whether a result follows, pixel by pixel, from one that is kept. */
  private boolean isPointwise(GraphNode node) {
    if (isKept(node)) {
      return true;
    }
    return node.inputs().size() == 1
        && !resamplings.containsKey(node)
        && isPointwise(node.inputs().getFirst());
  }

  private List<MemoryPlan.Life> lives() {
    int[] last = new int[kept.size()];
    for (int step = 0; step < kept.size(); step++) {
      for (GraphNode input : kept.get(step).inputs()) {
        use(input, step, last);
      }
    }
    List<MemoryPlan.Life> lives = new ArrayList<>();
    for (int step = 0; step < kept.size(); step++) {
      // The result has a place of its own.
      long size = kept.get(step) == graph.result() ? 0 : shapes.get(kept.get(step)).size();
      lives.add(new MemoryPlan.Life(size, step, Math.max(step, last[step])));
    }
    return lives;
  }

  private void use(GraphNode node, int step, int[] last) {
    if (!isKept(node)) {
      node.inputs().forEach(input -> use(input, step, last));
    } else if (node != graph.input()) {
      last[steps.get(node)] = step;
    }
  }

  // ---- the plan

  /** What is kept whole, in the order in which it is made; the last one is the result. */
  List<GraphNode> kept() {
    return kept;
  }

  boolean isKept(GraphNode node) {
    return steps.containsKey(node);
  }

  /** Where a kept node is in the block, in elements. */
  long offset(GraphNode node) {
    return memory.offsets()[steps.get(node)];
  }

  /** Elements of the block for what is kept. */
  long size() {
    return memory.size();
  }

  Shape shape(GraphNode node) {
    return shapes.get(node);
  }

  /** How a node moves pixels; null if it does not. */
  Resampling resampling(GraphNode node) {
    return resamplings.get(node);
  }
}
