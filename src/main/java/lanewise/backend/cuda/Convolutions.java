package lanewise.backend.cuda;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lanewise.UserException;
import lanewise.backend.Algorithm;
import lanewise.backend.ConvPass;
import lanewise.backend.ConvSpec;
import lanewise.backend.ElementType;
import lanewise.backend.Precision;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.cuda.cudnn.ConvolutionPlan;
import lanewise.backend.cuda.cudnn.ConvolutionPlan.Choice;
import lanewise.backend.cuda.cudnn.ConvolutionPlan.Problem;
import lanewise.backend.cuda.cudnn.ConvolutionPlan.Trial;
import lanewise.backend.cuda.cudnn.Handle;
import lanewise.backend.cuda.driver.Allocator;
import lanewise.backend.cuda.driver.Workspace;

/**
 * The three passes of a convolution through cuDNN, each with the algorithm that was fastest for its
 * shapes.
 *
 * <p>Where one of the images is stored as bf16, all operands are: the others are converted. Images
 * that do not start where cuDNN's vectors may are copied.
 */
final class Convolutions implements AutoCloseable {
  /** Offered to the algorithms that are measured, or as much of it as there is. */
  private static final long MOST_SCRATCH = 512L << 20;

  private static final long LEAST_SCRATCH = 16L << 20;

  private final Handle cudnn;
  private final Precision precision;
  private final Allocator allocator;
  private final Workspace workspace;
  private final Scratch scratch;
  private final Pointwise pointwise;
  private final Permutation permutation;
  private final FilterCopies filters;
  private final Choices choices;
  private final Measuring measuring;
  private final Map<Problem, ConvolutionPlan> plans = new HashMap<>();

  Convolutions(
      Handle cudnn,
      Precision precision,
      Allocator allocator,
      Workspace workspace,
      Scratch scratch,
      Kernels kernels,
      FilterCopies filters,
      Choices choices,
      Measuring measuring) {
    this.cudnn = cudnn;
    this.precision = precision;
    this.allocator = allocator;
    this.workspace = workspace;
    this.scratch = scratch;
    this.pointwise = kernels.pointwise();
    this.permutation = kernels.permutation();
    this.filters = filters;
    this.choices = choices;
    this.measuring = measuring;
  }

  void forward(ConvSpec spec, Tensor x, Tensor w, Tensor y) {
    try (Scope _ = scratch.scope()) {
      ElementType type = type(x, y);
      Tensor result = result(y, type);
      MemorySegment xs = operand(x, type);
      MemorySegment ws = filters.get(w, type);
      run(problem(ConvPass.FORWARD, spec, x, w, y, type), xs, ws, result.segment());
      deliver(result, y);
    }
  }

  void backwardData(ConvSpec spec, Tensor dy, Tensor w, Tensor dx) {
    try (Scope _ = scratch.scope()) {
      ElementType type = type(dx, dy);
      Tensor result = result(dx, type);
      MemorySegment dys = operand(dy, type);
      MemorySegment ws = filters.get(w, type);
      run(problem(ConvPass.BACKWARD_DATA, spec, dx, w, dy, type), result.segment(), ws, dys);
      deliver(result, dx);
    }
  }

  void backwardFilter(ConvSpec spec, Tensor x, Tensor dy, Tensor dw) {
    try (Scope _ = scratch.scope()) {
      ElementType type = type(x, dy);
      MemorySegment xs = operand(x, type);
      MemorySegment dys = operand(dy, type);
      MemorySegment krsc = scratch.allocate(dw.shape(), type).segment();
      run(problem(ConvPass.BACKWARD_FILTER, spec, x, dw, dy, type), xs, krsc, dys);
      permutation.fromKrsc(krsc, type, dw);
    }
  }

  private static ElementType type(Tensor x, Tensor y) {
    return x.type() == y.type() ? x.type() : ElementType.BF16;
  }

  private Problem problem(
      ConvPass pass, ConvSpec spec, Tensor x, Tensor w, Tensor y, ElementType type) {
    return problem(pass, spec, x.shape(), w.shape(), y.shape(), type);
  }

  private Problem problem(
      ConvPass pass, ConvSpec spec, Shape x, Shape w, Shape y, ElementType type) {
    return new Problem(pass, spec, x, w, y, type, precision != Precision.FP32);
  }

  private MemorySegment operand(Tensor t, ElementType type) {
    if (t.type() == type && Alignment.of(t)) {
      return t.segment();
    }
    Tensor converted = scratch.allocate(t.shape(), type);
    pointwise.copy(t, converted);
    return converted.segment();
  }

  private Tensor result(Tensor t, ElementType type) {
    return t.type() == type && Alignment.of(t) ? t : scratch.allocate(t.shape(), type);
  }

  private void deliver(Tensor result, Tensor t) {
    if (result != t) {
      pointwise.copy(result, t);
    }
  }

  private void run(Problem problem, MemorySegment xs, MemorySegment ws, MemorySegment ys) {
    ConvolutionPlan plan = plans.get(problem);
    if (plan == null) {
      plan = plan(problem, xs, ws, ys);
      plans.put(problem, plan);
    }
    plan.run(xs, ws, ys, workspace);
  }

  private ConvolutionPlan plan(
      Problem problem, MemorySegment xs, MemorySegment ws, MemorySegment ys) {
    ConvolutionPlan plan = new ConvolutionPlan(cudnn, problem);
    try {
      choices.choose(
          problem.toString(),
          chosen -> parse(chosen).filter(plan::choose).isPresent(),
          () -> measure(problem, plan, xs, ws, ys));
      return plan;
    } catch (RuntimeException e) {
      plan.close();
      throw e;
    }
  }

  private String measure(
      Problem problem, ConvolutionPlan plan, MemorySegment xs, MemorySegment ws, MemorySegment ys) {
    measuring.requireAllowed();
    List<Trial> trials = trials(plan, xs, ws, ys);
    return plan.fastest(trials)
        .filter(plan::choose)
        .map(choice -> choice.number() + " " + choice.math())
        .orElseThrow(
            () ->
                new UserException(
                    ("cuDNN %d has no deterministic algorithm on this GPU for %s of x %s, w %s and"
                            + " y %s with %s (%s); use --backend simd for this model")
                        .formatted(
                            Handle.version(),
                            problem.pass(),
                            problem.x(),
                            problem.w(),
                            problem.y(),
                            problem.spec(),
                            plan.describe(trials))));
  }

  private List<Trial> trials(
      ConvolutionPlan plan, MemorySegment xs, MemorySegment ws, MemorySegment ys) {
    long wanted = plan.scratchBytes(MOST_SCRATCH);
    Optional<MemorySegment> memory = scratch(wanted);
    for (long bytes = wanted / 2; memory.isEmpty() && bytes >= LEAST_SCRATCH; bytes /= 2) {
      memory = scratch(bytes);
    }
    List<Trial> trials;
    try {
      trials = plan.measure(xs, ws, ys, memory.orElse(MemorySegment.NULL));
    } finally {
      measuring.finish();
      memory.ifPresent(allocator::free);
    }
    if (plan.fastest(trials).isEmpty() && memory.isEmpty() && wanted > 0) {
      // It was memory that all algorithms lacked: this says so, and what can be done.
      allocator.free(allocator.allocate(wanted));
    }
    return trials;
  }

  private Optional<MemorySegment> scratch(long bytes) {
    return bytes == 0 ? Optional.empty() : allocator.tryAllocate(bytes);
  }

  private static Optional<Choice> parse(String chosen) {
    try {
      List<Integer> numbers = List.of(chosen.split(" ")).stream().map(Integer::valueOf).toList();
      return numbers.size() == 2
          ? Optional.of(new Choice(numbers.get(0), numbers.get(1)))
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** What was chosen for these shapes in the type of most of a network. */
  Algorithm algorithm(ConvPass pass, ConvSpec spec, Shape x, Shape w, Shape y) {
    ElementType type = precision == Precision.BF16 ? ElementType.BF16 : ElementType.F32;
    ConvolutionPlan plan = plans.get(problem(pass, spec, x, w, y, type));
    return plan == null
        ? new Algorithm("cuDNN", 1, "chosen by measurement at the first call")
        : new Algorithm("cuDNN " + plan.describe(), 1, "the fastest deterministic one, measured");
  }

  @Override
  public void close() {
    plans.values().forEach(ConvolutionPlan::close);
    plans.clear();
  }
}
