package lanewise.nn;

import java.util.Locale;
import java.util.function.Consumer;
import lanewise.autograd.Functional;
import lanewise.autograd.Variable;
import lanewise.backend.Activation;
import lanewise.backend.Backend;
import lanewise.backend.NormScope;
import lanewise.backend.NormSpec;
import lanewise.backend.NormSpec.Moments;
import lanewise.backend.NormSpec.Source;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.Unary;
import lanewise.nn.ScaleAndShift.Tables;

/**
 * Batch, instance, layer and group normalisation of images, with PyTorch's names: {@code weight},
 * {@code bias}, {@code running_mean}, {@code running_var}, {@code num_batches_tracked}; see {@link
 * Modulation} for those of conditional norms.
 */
public final class Normalization extends Module implements Activated {
  private static final float EPS = 1e-5f;
  private static final float MOMENTUM = 0.1f;
  private static final Unary ONE_MORE = new Unary.Affine(1, 1);

  private final NormScope scope;
  private final int channels;
  private final float eps;
  private final float momentum;
  private final Unary keep;
  private final Modulation modulation;
  private final ScaleAndShift scaleAndShift;
  private final Running running;

  /** The running averages and how many batches went into them. */
  private record Running(Parameter mean, Parameter variance, Parameter count) {}

  /**
   * A normalisation.
   *
   * @param momentum the share of each new batch in the running averages, or 0 to keep none; only
   *     batch and instance norm keep them
   */
  public Normalization(
      NormScope scope, int channels, float eps, Modulation modulation, float momentum) {
    this.scope = scope;
    this.channels = channels;
    this.eps = eps;
    this.momentum = momentum;
    this.keep = new Unary.Affine(1 - momentum, 0);
    this.modulation = modulation;
    scaleAndShift = ScaleAndShift.declare(modulation, this, channels);
    Shape vector = Shape.vector(channels);
    running =
        momentum == 0
            ? null
            : new Running(
                buffer("running_mean", vector, Init.ZEROS, channels),
                buffer("running_var", vector, Init.ONES, channels),
                buffer("num_batches_tracked", Shape.scalar(), Init.ZEROS));
    if (running != null
        && !(scope instanceof NormScope.Batch)
        && !(scope instanceof NormScope.Instance)) {
      throw new IllegalArgumentException("Only batch and instance norm keep running averages");
    }
  }

  /** {@code torch.nn.BatchNorm2d(channels)}. */
  public static Normalization batch(int channels) {
    return new Normalization(NormScope.BATCH, channels, EPS, Modulation.PER_CHANNEL, MOMENTUM);
  }

  /** {@code torch.nn.InstanceNorm2d(channels, affine=affine)}. */
  public static Normalization instance(int channels, boolean affine) {
    Modulation modulation = affine ? Modulation.PER_CHANNEL : Modulation.NONE;
    return new Normalization(NormScope.INSTANCE, channels, EPS, modulation, 0);
  }

  /** {@code torch.nn.GroupNorm(1, channels)}: layer norm over channels and pixels. */
  public static Normalization layer(int channels) {
    return new Normalization(NormScope.LAYER, channels, EPS, Modulation.PER_CHANNEL, 0);
  }

  /** {@code torch.nn.GroupNorm(groups, channels)}. */
  public static Normalization group(int groups, int channels) {
    return new Normalization(new NormScope.Group(groups), channels, EPS, Modulation.PER_CHANNEL, 0);
  }

  /** Batch norm whose scale and shift depend on the class; de Vries et al. 2017. */
  public static Normalization conditionalBatch(int channels, int classes) {
    Modulation modulation = new Modulation.ByClass(classes);
    return new Normalization(NormScope.BATCH, channels, EPS, modulation, MOMENTUM);
  }

  /** Instance norm whose scale and shift depend on the class; Dumoulin et al. 2017. */
  public static Normalization conditionalInstance(int channels, int classes) {
    Modulation modulation = new Modulation.ByClass(classes);
    return new Normalization(NormScope.INSTANCE, channels, EPS, modulation, 0);
  }

  /** AdaIN by a condition of {@code style} values; Huang and Belongie 2017. */
  public static Normalization adaptiveInstance(int channels, int style) {
    Modulation modulation = new Modulation.ByStyle(style);
    return new Normalization(NormScope.INSTANCE, channels, EPS, modulation, 0);
  }

  @Override
  public Variable forward(Variable x, Pass pass, Activation activation) {
    NormSpec spec = new NormSpec(scope, eps, activation);
    Tables tables = scaleAndShift.of(pass);
    if (pass.statistics() == Statistics.RUNNING && running != null) {
      return normWithRunning(spec, x, tables);
    }
    Shape table = scope.tableShape(x.shape());
    Backend backend = x.backend();
    Moments moments = new Moments(backend.allocate(table), backend.allocate(table), Source.INPUT);
    Variable y = Functional.norm(spec, x, tables.scale(), tables.shift(), moments);
    if (pass.statistics() == Statistics.BATCH && running != null) {
      update(backend, moments, scope.count(x.shape()));
    }
    return y;
  }

  private Variable normWithRunning(NormSpec spec, Variable x, Tables tables) {
    // Running averages are per channel, as batch statistics are.
    NormSpec perChannel = new NormSpec(NormScope.BATCH, spec.eps(), spec.activation());
    Moments moments = new Moments(running.mean.tensor(), running.variance.tensor(), Source.GIVEN);
    return Functional.norm(perChannel, x, tables.scale(), tables.shift(), moments);
  }

  /** {@code running = (1 - momentum) * running + momentum * new}, with the unbiased variance. */
  private void update(Backend backend, Moments moments, int count) {
    blend(backend, running.mean.tensor(), moments.mean(), 1);
    blend(backend, running.variance.tensor(), moments.variance(), count / (count - 1f));
    Tensor batches = running.count.tensor();
    backend.map(ONE_MORE, batches, batches);
  }

  private void blend(Backend backend, Tensor average, Tensor table, float scale) {
    backend.map(keep, average, average);
    int samples = table.shape().n();
    if (samples == 1) {
      backend.accumulate(momentum * scale, table, average);
      return;
    }
    // Instance norm averages its samples' statistics, as PyTorch does.
    try (Scope _ = backend.scope()) {
      Tensor sum = backend.allocate(average.shape());
      backend.sum(table, sum);
      backend.accumulate(momentum * scale / samples, sum, average);
    }
  }

  @Override
  public Variable forward(Variable x, Pass pass) {
    return forward(x, pass, Activation.NONE);
  }

  @Override
  public GraphNode describe(GraphNode x, GraphNode condition) {
    GraphOperation.Array scale = scaleAndShift.scale();
    GraphOperation.Array shift = scaleAndShift.shift();
    GraphOperation operation =
        running == null
            ? new GraphOperation.Norm(scope, channels, scale, shift, eps)
            : new GraphOperation.RunningNorm(
                array(running.mean), array(running.variance), scale, shift, eps);
    return scaleAndShift.describe(node(operation, x), condition);
  }

  @Override
  public Shape outputShape(Shape x) {
    if (x.c() != channels) {
      throw new IllegalArgumentException(
          "the input %s does not have the %d channels of the norm".formatted(x, channels));
    }
    if (scope.count(x) == 1) {
      throw new IllegalArgumentException(
          ("%s norm of %s has one value per mean, which it always turns into 0; use a larger"
                  + " batch or image, or another norm")
              .formatted(scope.getClass().getSimpleName().toLowerCase(), x));
    }
    return x;
  }

  @Override
  Shape summarize(String name, Shape x, Consumer<LayerSummary> lines) {
    return summarizeAsOne(name, x, lines);
  }

  @Override
  public String toString() {
    String norm = scope.getClass().getSimpleName().toLowerCase(Locale.ROOT) + " norm";
    return switch (modulation) {
      case Modulation.None() -> norm + ", not affine";
      case Modulation.PerChannel() -> norm;
      case Modulation.ByClass(_) -> norm + " by class";
      case Modulation.ByStyle(_) -> norm + " by style";
    };
  }
}
