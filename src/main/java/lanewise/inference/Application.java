package lanewise.inference;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import lanewise.backend.Activation;
import lanewise.backend.AxisMap;
import lanewise.backend.Backend;
import lanewise.backend.Binary.Arithmetic;
import lanewise.backend.ConvSpec;
import lanewise.backend.NormScope;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Affine;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;
import lanewise.backend.PadMode;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.Unary;
import lanewise.backend.Unary.Elementary;
import lanewise.nn.GraphNode;
import lanewise.nn.GraphOperation;
import lanewise.nn.GraphOperation.Array;
import lanewise.nn.GraphOperation.Simple;

/** One run of a graph over one image. */
final class Application {
  private final Backend backend;
  private final Graph graph;
  private final Plan plan;
  private final Map<Array, Tensor> weights;
  private final Tensor block;
  private final Map<GraphNode, Moments> moments = new IdentityHashMap<>();

  /**
   * A run.
   *
   * @param block for all that is kept; of the plan's size
   */
  Application(Backend backend, Graph graph, Plan plan, Map<Array, Tensor> weights, Tensor block) {
    this.backend = backend;
    this.graph = graph;
    this.plan = plan;
    this.weights = weights;
    this.block = block;
  }

  /** An image in the block: the input, or what is kept. */
  Tensor whole(GraphNode node) {
    return block.part(plan.offset(node), plan.shape(node));
  }

  /** Computes the result from the input. */
  void run() {
    try (Scope _ = backend.scope()) {
      for (GraphNode node : graph.nodes()) {
        if (node != graph.input() && (plan.isKept(node) || plan.isRepeated(node))) {
          compute(node);
        }
      }
    }
  }

  /** Computes a result, which is kept or not, and the statistics that are taken of it. */
  private void compute(GraphNode node) {
    List<GraphNode> norms =
        graph.consumers().get(node).stream()
            .filter(consumer -> consumer.operation() instanceof GraphOperation.Norm)
            .toList();
    boolean isKept = plan.isKept(node);
    if (!isKept && norms.isEmpty()) {
      return;
    }
    Shape shape = plan.shape(node);
    List<Rows> strips = plan.strips(node);
    PlaneMoments sums =
        norms.isEmpty() || isKept && strips.size() == 1 ? null : new PlaneMoments(shape.c());
    for (Rows rows : strips) {
      try (Scope _ = backend.scope()) {
        Tensor part = rows(node, rows);
        if (isKept) {
          compute(node, rows, part);
        }
        if (sums != null) {
          sums.add(backend, part);
        }
      }
    }
    for (GraphNode norm : norms) {
      NormScope scope = ((GraphOperation.Norm) norm.operation()).scope();
      Shape table = scope.tableShape(shape);
      Tensor mean = backend.allocate(table);
      Tensor variance = backend.allocate(table);
      if (sums == null) {
        // One strip: the first use of all rows computes them on the way.
        moments.put(norm, new Moments(mean, variance, Source.INPUT));
      } else {
        sums.upload(backend, mean, variance);
        moments.put(norm, new Moments(mean, variance, Source.GIVEN));
      }
    }
  }

  private static Tensor view(Tensor image, Rows rows) {
    Shape s = image.shape();
    long row = (long) s.w() * s.c();
    return image.part(rows.from() * row, Shape.of(1, s.c(), rows.count(), s.w()));
  }

  // ---- rows of a node

  /** Some rows of a result: a view where it is kept, otherwise computed. */
  private Tensor rows(GraphNode node, Rows rows) {
    if (plan.isKept(node)) {
      return view(whole(node), rows);
    }
    Shape s = plan.shape(node);
    Tensor y = backend.allocate(Shape.of(1, s.c(), rows.count(), s.w()));
    compute(node, rows, y);
    return y;
  }

  private void compute(GraphNode node, Rows rows, Tensor y) {
    backend.layer(node.layer());
    switch (node.operation()) {
      case GraphOperation.Convolution c -> convolution(node, c, rows, y);
      case GraphOperation.TransposedConvolution c -> transposedConvolution(node, c, rows, y);
      case GraphOperation.Norm _, GraphOperation.RunningNorm _ ->
          norm(node, Activation.NONE, rows, y);
      case GraphOperation.LeakyRelu(float slope) -> {
        GraphNode input = input(node);
        if (isNorm(input) && !plan.isKept(input)) {
          norm(input, Activation.leakyRelu(slope), rows, y);
        } else {
          backend.map(new Unary.LeakyRelu(slope), rows(input, rows), y);
        }
      }
      case GraphOperation.Affine(float scale, float shift) ->
          backend.map(new Unary.Affine(scale, shift), rows(input(node), rows), y);
      case GraphOperation.Clip(float low, float high) ->
          backend.map(new Unary.Clip(low, high), rows(input(node), rows), y);
      case Simple simple -> simple(node, simple, rows, y);
      default -> resample(node, rows, y);
    }
  }

  private static GraphNode input(GraphNode node) {
    return node.inputs().getFirst();
  }

  private static boolean isNorm(GraphNode node) {
    return node.operation() instanceof GraphOperation.Norm
        || node.operation() instanceof GraphOperation.RunningNorm;
  }

  private void simple(GraphNode node, Simple operation, Rows rows, Tensor y) {
    switch (operation) {
      case TANH -> backend.map(Elementary.TANH, rows(input(node), rows), y);
      case SIGMOID -> backend.map(Elementary.SIGMOID, rows(input(node), rows), y);
      case SOFTPLUS -> backend.map(Elementary.SOFTPLUS, rows(input(node), rows), y);
      case ADD -> zip(Arithmetic.ADD, node, rows, y);
      case MUL -> zip(Arithmetic.MUL, node, rows, y);
      case CONCAT -> {
        int to = 0;
        for (GraphNode input : node.inputs()) {
          Tensor x = rows(input, rows);
          backend.copyChannels(x, 0, y, to, x.shape().c());
          to += x.shape().c();
        }
      }
      default -> throw new IllegalStateException("the graph was to refuse " + node);
    }
  }

  private void zip(Arithmetic f, GraphNode node, Rows rows, Tensor y) {
    Tensor a = rows(node.inputs().getFirst(), rows);
    backend.zip(f, a, rows(node.inputs().getLast(), rows), y);
  }

  /** Pads, resizes, averages: consecutive such nodes in one go. */
  private void resample(GraphNode node, Rows rows, Tensor y) {
    Plan.Move move = plan.move(node);
    Tensor x = rows(move.source(), move.resampling().rowsFor(rows));
    AxisMap part = move.resampling().rows().part(rows.from(), rows.to()).map();
    backend.resample(part, move.resampling().columns(), x, y);
  }

  // ---- convolutions

  private void convolution(GraphNode node, GraphOperation.Convolution c, Rows rows, Tensor y) {
    ConvSpec spec = c.spec();
    int height = plan.shape(input(node)).h();
    Rows seen = rows.seenBy(c);
    Rows needed = plan.needed(node, rows);
    ConvSpec given = spec;
    Tensor x;
    if (rows.count() == plan.shape(node).h()) {
      x = rows(input(node), new Rows(0, height));
    } else {
      // The zeros above and below the image are not in every strip.
      given = withPadH(spec, 0);
      AxisMap zeros =
          AxisMap.pad(
              needed.count(), needed.from() - seen.from(), seen.to() - needed.to(), PadMode.ZERO);
      x = resampled(rows(input(node), needed), zeros);
    }
    backend.layer(node.layer());
    backend.convForward(given, x, weights.get(c.weight()), y);
    addBias(node, c.bias(), y);
  }

  private Tensor resampled(Tensor x, AxisMap rows) {
    if (rows.isIdentity()) {
      return x;
    }
    Shape s = x.shape();
    Tensor y = backend.allocate(Shape.of(1, s.c(), rows.outputs(), s.w()));
    backend.resample(rows, AxisMap.identity(s.w()), x, y);
    return y;
  }

  private static ConvSpec withPadH(ConvSpec s, int padH) {
    return new ConvSpec(
        s.strideH(), s.strideW(), padH, s.padW(), s.dilationH(), s.dilationW(), s.groups());
  }

  private void transposedConvolution(
      GraphNode node, GraphOperation.TransposedConvolution c, Rows rows, Tensor y) {
    ConvSpec spec = c.spec();
    Shape source = plan.shape(input(node));
    Tensor w = weights.get(c.weight());
    if (rows.count() == plan.shape(node).h()) {
      Tensor x = rows(input(node), new Rows(0, source.h()));
      backend.layer(node.layer());
      backend.convBackwardData(spec, x, w, y);
    } else {
      Rows needed = plan.needed(node, rows);
      Tensor x = rows(input(node), needed);
      int reach = Rows.reach(spec.dilationH(), c.weight().dimensions());
      int height = (needed.count() - 1) * spec.strideH() + reach + 1;
      Tensor unpadded = backend.allocate(Shape.of(1, y.shape().c(), height, y.shape().w()));
      backend.layer(node.layer());
      backend.convBackwardData(withPadH(spec, 0), x, w, unpadded);
      int before = rows.from() + spec.padH() - needed.from() * spec.strideH();
      AxisMap cut = AxisMap.pad(height, -before, before + rows.count() - height, PadMode.ZERO);
      backend.resample(cut, AxisMap.identity(y.shape().w()), unpadded, y);
    }
    addBias(node, c.bias(), y);
  }

  private void addBias(GraphNode node, Array bias, Tensor y) {
    if (bias != null && !graph.isShiftFree(node)) {
      backend.biasActivation(y, weights.get(bias), Activation.NONE, y);
    }
  }

  // ---- norms

  private void norm(GraphNode node, Activation activation, Rows rows, Tensor y) {
    Tensor x = rows(input(node), rows);
    backend.layer(node.layer());
    switch (node.operation()) {
      case GraphOperation.RunningNorm n -> {
        NormSpec spec = new NormSpec(NormScope.BATCH, n.eps(), activation);
        Moments running =
            new Moments(weights.get(n.mean()), weights.get(n.variance()), Source.GIVEN);
        backend.normForward(spec, x, affine(n.scale(), n.shift()), running, y);
      }
      case GraphOperation.Norm n -> {
        NormSpec spec = new NormSpec(n.scope(), n.eps(), activation);
        backend.normForward(spec, x, affine(n.scale(), n.shift()), moments(node, rows), y);
      }
      default -> throw new IllegalStateException(node + " is no norm");
    }
  }

  private Affine affine(Array scale, Array shift) {
    return new Affine(
        scale == null ? null : weights.get(scale), shift == null ? null : weights.get(shift));
  }

  /** The statistics of whole planes: known, or taken from the rows if these are all. */
  private Moments moments(GraphNode norm, Rows rows) {
    Moments known = moments.get(norm);
    if (known.source() == Source.GIVEN) {
      return known;
    }
    Moments given = new Moments(known.mean(), known.variance(), Source.GIVEN);
    moments.put(norm, given);
    Tensor all = whole(input(norm));
    if (rows.count() == all.shape().h()) {
      return known;
    }
    PlaneMoments sums = new PlaneMoments(all.shape().c());
    sums.add(backend, all);
    sums.upload(backend, known.mean(), known.variance());
    return given;
  }
}
