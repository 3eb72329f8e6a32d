package lanewise.inference;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import lanewise.backend.Shape;
import lanewise.nn.GraphNode;
import lanewise.nn.GraphOperation;
import lanewise.nn.GraphOperation.Array;
import lanewise.nn.GraphOperation.Simple;

/**
 * How a graph is computed for images of one size: which results are kept whole, where, and in which
 * order. All others are made again, row by row, where they are needed.
 *
 * <p>Kept are the results of convolutions, but for what a {@link Budget} says, what norms take
 * their statistics of, and what more than one node needs unless it follows from a single kept
 * result pixel by pixel. They are made in strips of rows, and what is kept may be written over what
 * it is made of as far as that was read for the last time.
 */
final class Plan {
  /** Rows that engines compute together, in Winograd's convolutions. */
  private static final int TILE = 4;

  /** How many times the rows that two strips both need a strip should have. */
  private static final int HIGHER = 4;

  private final Graph graph;
  private final Budget budget;
  private final Map<GraphNode, Shape> shapes = new IdentityHashMap<>();
  private final Map<GraphNode, Resampling> resamplings = new IdentityHashMap<>();
  private final Map<GraphNode, Move> moves = new IdentityHashMap<>();

  /** The step that makes each result that is kept; the input has -1. */
  private final Map<GraphNode, Integer> steps = new IdentityHashMap<>();

  /** What is kept, in the order of the steps. */
  private final List<GraphNode> kept = new ArrayList<>();

  private final Set<GraphNode> repeated = Collections.newSetFromMap(new IdentityHashMap<>());
  private final MemoryPlan memory;

  /**
   * A plan for an input.
   *
   * @throws IllegalArgumentException if it is too small for a layer; names the layer
   */
  Plan(Graph graph, Shape input, Budget budget) {
    this.graph = graph;
    this.budget = budget;
    for (GraphNode node : graph.nodes()) {
      try {
        shapes.put(node, shape(node, input));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "layer %s: %s".formatted(node.layer(), e.getMessage()), e);
      }
    }
    repeatSomeConvolutions();
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

  /**
   * Convolutions too large to keep of which it is cheap to compute them, and what they need, twice.
   */
  private void repeatSomeConvolutions() {
    Map<GraphNode, Long> costs = new IdentityHashMap<>();
    long all = graph.nodes().stream().mapToLong(this::multiplications).sum();
    for (GraphNode node : graph.nodes()) {
      long cost = multiplications(node);
      for (GraphNode input : node.inputs()) {
        cost += costs.get(input);
      }
      boolean isRepeated =
          Graph.isConvolution(node)
              && node != graph.result()
              && graph.consumers().get(node).size() == 1
              && shapes.get(node).size() > budget.whole()
              && cost <= budget.repeated() * all;
      if (isRepeated) {
        repeated.add(node);
      }
      costs.put(node, Graph.isConvolution(node) && !isRepeated ? 0 : cost);
    }
  }

  private long multiplications(GraphNode node) {
    return switch (node.operation()) {
      case GraphOperation.Convolution c ->
          (long) shapes.get(node).plane() * c.weight().values().length;
      case GraphOperation.TransposedConvolution c ->
          (long) shapes.get(node.inputs().getFirst()).plane() * c.weight().values().length;
      default -> 0;
    };
  }

  private boolean mustKeep(GraphNode node) {
    if (node == graph.result()) {
      return true;
    }
    if (Graph.isConvolution(node)) {
      return !repeated.contains(node);
    }
    List<GraphNode> consumers = graph.consumers().get(node);
    return consumers.stream().anyMatch(c -> c.operation() instanceof GraphOperation.Norm)
        || consumers.size() > 1 && !isPointwise(node);
  }

  /** Whether a result follows, pixel by pixel, from one that is kept. */
  private boolean isPointwise(GraphNode node) {
    if (isKept(node)) {
      return true;
    }
    return node.inputs().size() == 1
        && !Graph.isConvolution(node)
        && !resamplings.containsKey(node)
        && isPointwise(node.inputs().getFirst());
  }

  // ---- rows

  /** Rows of a node's inputs that some rows of its result are made of. */
  Rows needed(GraphNode node, Rows rows) {
    return switch (node.operation()) {
      case GraphOperation.Convolution c -> rows.seenBy(c).within(inputHeight(node));
      case GraphOperation.TransposedConvolution c -> rows.seenBy(c).within(inputHeight(node));
      default -> {
        Resampling resampling = resamplings.get(node);
        yield resampling == null ? rows : resampling.rowsFor(rows);
      }
    };
  }

  private int inputHeight(GraphNode node) {
    return shapes.get(node.inputs().getFirst()).h();
  }

  /**
   * The strips in which a kept result is made: neither they nor what is made on the way to them is
   * much larger than asked for, unless a row is. Those of large kernels are higher, as their
   * neighbours need many of the same rows.
   */
  List<Rows> strips(GraphNode node) {
    int height = shapes.get(node).h();
    long few = (long) budget.strip() * height / widest(node);
    long shared = needed(node, new Rows(height / 2, height / 2 + 1)).count() - 1;
    long many = Math.max(few, Math.min(shared, few) * HIGHER);
    int rows = Math.clamp(many < TILE ? many : Math.ceilDiv(many, TILE) * TILE, 1, height);
    List<Rows> strips = new ArrayList<>();
    for (int from = 0; from < height; from += rows) {
      strips.add(new Rows(from, Math.min(from + rows, height)));
    }
    return strips;
  }

  /** Elements of the largest of a result and what is made on the way to it, but for borders. */
  private long widest(GraphNode node) {
    long widest = node.operation() instanceof GraphOperation.Pad ? 0 : shapes.get(node).size();
    for (GraphNode input : node.inputs()) {
      widest = Math.max(widest, isKept(input) ? shapes.get(input).size() : widest(input));
    }
    return widest;
  }

  // ---- memory

  /** Of the input and all that is kept, in the order of the steps. */
  private List<MemoryPlan.Life> lives() {
    List<GraphNode> places = new ArrayList<>(kept);
    places.addFirst(graph.input());
    Map<GraphNode, Integer> last = new IdentityHashMap<>();
    for (GraphNode node : kept) {
      firstRows(node, new Rows(0, shapes.get(node).h()))
          .keySet()
          .forEach(source -> last.put(source, steps.get(node)));
    }
    last.put(graph.result(), kept.size());
    List<MemoryPlan.Life> lives = new ArrayList<>();
    for (GraphNode node : places) {
      int from = steps.get(node);
      int to = last.getOrDefault(node, from);
      boolean isRead = to > from && to < kept.size();
      long lead = isRead ? lead(node, kept.get(to)) : 0;
      lives.add(new MemoryPlan.Life(shapes.get(node).size(), from, to, lead));
    }
    return lives;
  }

  /**
   * How far behind a result's beginning that of one of its sources has to be, so that no strip is
   * written where that or a later one reads.
   */
  private long lead(GraphNode source, GraphNode result) {
    long sourceRow = shapes.get(source).size() / shapes.get(source).h();
    long resultRow = shapes.get(result).size() / shapes.get(result).h();
    long lead = 0;
    int firstUnread = shapes.get(source).h();
    for (Rows rows : strips(result).reversed()) {
      // Before the first strip, all may be read for a norm's statistics.
      int first = rows.from() == 0 ? 0 : firstRows(result, rows).get(source);
      firstUnread = Math.min(firstUnread, first);
      lead = Math.max(lead, rows.to() * resultRow - firstUnread * sourceRow);
    }
    return lead;
  }

  /** What is kept, or the input, of which some rows of a result are made, and from which row on. */
  private Map<GraphNode, Integer> firstRows(GraphNode node, Rows rows) {
    Map<GraphNode, Integer> first = new IdentityHashMap<>();
    Rows needed = needed(node, rows);
    for (GraphNode input : node.inputs()) {
      if (isKept(input)) {
        first.merge(input, needed.from(), Math::min);
      } else {
        firstRows(input, needed).forEach((source, row) -> first.merge(source, row, Math::min));
      }
    }
    return first;
  }

  // ---- the plan

  /** Whether a result is made once for the statistics of its norm, and again where it is needed. */
  boolean isRepeated(GraphNode node) {
    return repeated.contains(node);
  }

  boolean isKept(GraphNode node) {
    return steps.containsKey(node);
  }

  /** Where the input or a kept node is in the block, in elements. */
  long offset(GraphNode node) {
    return memory.offsets()[steps.get(node) + 1];
  }

  /** Elements of the block for the input and all that is kept. */
  long size() {
    return memory.size();
  }

  Shape shape(GraphNode node) {
    return shapes.get(node);
  }

  /**
   * How pixels are moved by a node and by all before it that only do so and are not kept.
   *
   * @param source the first node that is not one of these
   */
  record Move(Resampling resampling, GraphNode source) {}

  /** The move that ends with a node, which is one that moves pixels. */
  Move move(GraphNode node) {
    return moves.computeIfAbsent(node, this::mergedMove);
  }

  private Move mergedMove(GraphNode node) {
    Resampling resampling = resamplings.get(node);
    GraphNode source = node.inputs().getFirst();
    while (resamplings.containsKey(source) && !isKept(source)) {
      resampling = resamplings.get(source).then(resampling);
      source = source.inputs().getFirst();
    }
    return new Move(resampling, source);
  }
}
