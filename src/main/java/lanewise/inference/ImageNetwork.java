package lanewise.inference;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.backend.MemoryProbe;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.nn.GraphNode;
import lanewise.nn.GraphOperation;
import lanewise.nn.GraphOperation.Array;
import lanewise.nn.Network;
import lanewise.nn.OwnStatistics;
import lanewise.nn.Statistics;

/**
 * A trained network as it is applied to images of any size, with memory for few of its layers at a
 * time.
 *
 * <p>Every kept result is computed in strips of rows, each from the rows of its inputs that it
 * depends on, so that what lies between two convolutions is never there as a whole. Norms that take
 * their statistics from the image get those of whole planes, merged from the strips' in double.
 */
public final class ImageNetwork implements ImageFunction {
  private final Backend backend;
  private final Graph graph;
  private final Budget budget;
  private final Map<Array, Tensor> weights = new IdentityHashMap<>();
  private Plan plan;

  /** A network whose batch norms use running averages. */
  public ImageNetwork(Network network, int channels) {
    this(network, channels, Statistics.RUNNING);
  }

  /**
   * A network with its present weights, which are copied.
   *
   * @param channels of the images it takes
   * @param statistics that batch norms use: running averages, or those of each image
   * @throws UserException if it has a layer that cannot be applied to images of any size
   */
  public ImageNetwork(Network network, int channels, Statistics statistics) {
    this(network, channels, statistics, Budget.USUAL);
  }

  ImageNetwork(Network network, int channels, Statistics statistics, Budget budget) {
    this.backend = network.backend();
    this.budget = budget;
    Shape any = Shape.of(1, channels, 1, 1);
    GraphNode input =
        new GraphNode("input", new GraphOperation.Input("input", any, true), List.of());
    GraphNode result = UpsampledConvolutions.merged(network.describe(input, null));
    graph = Graph.of(statistics == Statistics.RUNNING ? result : OwnStatistics.of(result));
    graph.nodes().forEach(this::upload);
  }

  private void upload(GraphNode node) {
    switch (node.operation()) {
      case GraphOperation.Convolution c -> {
        upload(c.weight(), Plan.filter(c.weight()));
        vector(c.bias());
      }
      case GraphOperation.TransposedConvolution c -> {
        upload(c.weight(), Plan.filter(c.weight()));
        vector(c.bias());
      }
      case GraphOperation.RunningNorm n -> {
        vector(n.mean());
        vector(n.variance());
        vector(n.scale());
        vector(n.shift());
      }
      case GraphOperation.Norm n -> {
        vector(n.scale());
        vector(n.shift());
      }
      default -> {
        // Others have no weights.
      }
    }
  }

  private void vector(Array array) {
    if (array != null) {
      upload(array, Shape.vector(array.values().length));
    }
  }

  private void upload(Array array, Shape shape) {
    Tensor tensor = backend.allocate(shape);
    backend.upload(array.values(), tensor);
    weights.put(array, tensor);
  }

  /**
   * The shape of the result.
   *
   * @throws IllegalArgumentException if the image is too small for a layer; names it
   */
  public Shape outputShape(Shape x) {
    return plan(x).shape(graph.result());
  }

  /** Images of one size often follow each other. */
  private Plan plan(Shape x) {
    if (plan == null || !plan.shape(graph.input()).equals(x)) {
      plan = new Plan(graph, x, budget);
    }
    return plan;
  }

  @Override
  public long bytes(Shape x) {
    Plan planned = plan(x);
    long bytes =
        weights.values().stream().mapToLong(w -> Float.BYTES * (long) w.shape().size()).sum();
    if (planned.size() > Integer.MAX_VALUE) {
      return bytes + Float.BYTES * planned.size();
    }
    return bytes + MemoryProbe.bytes(probe -> apply(probe, planned, _ -> {}, y -> y));
  }

  /**
   * Computes the network.
   *
   * @param x one image
   * @param y the result; of {@link #outputShape}
   * @throws UserException as the other method
   */
  public void apply(Tensor x, Tensor y) {
    apply(
        x.shape(),
        input -> backend.copy(x, input),
        result -> {
          backend.copy(result, y);
          return y;
        });
  }

  /**
   * {@inheritDoc}
   *
   * @throws UserException if a block of all kept results is larger than an array can be
   */
  @Override
  public <T> T apply(Shape x, Consumer<Tensor> fill, Function<Tensor, T> read) {
    Plan planned = plan(x);
    if (planned.size() > Integer.MAX_VALUE) {
      throw new UserException(
          "an image of %d x %d pixels needs %.1f GB at a time for this network; use a smaller one"
              .formatted(x.w(), x.h(), 1e-9 * Float.BYTES * planned.size()));
    }
    return apply(backend, planned, fill, read);
  }

  private <T> T apply(
      Backend engine, Plan planned, Consumer<Tensor> fill, Function<Tensor, T> read) {
    try (Scope _ = engine.scope()) {
      Tensor block = engine.allocate(Shape.vector((int) planned.size()));
      Application application = new Application(engine, graph, planned, weights, block);
      fill.accept(application.whole(graph.input()));
      application.run();
      return read.apply(application.whole(graph.result()));
    }
  }

  @Override
  public void close() {
    weights.values().forEach(Tensor::close);
  }
}
