package lanewise.backend.cuda.cudnn;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import lanewise.backend.ConvPass;
import lanewise.backend.ConvSpec;
import lanewise.backend.ElementType;
import lanewise.backend.Shape;
import lanewise.backend.cuda.driver.Resources;
import lanewise.backend.cuda.driver.Workspace;
import lanewise.bindings.cudnn.Cudnn;
import lanewise.bindings.cudnn.cudnnConvolutionFwdAlgoPerf_t;

/**
 * One pass of one convolution by cuDNN's legacy routines: its descriptors, and the algorithm it
 * takes.
 *
 * <p>Filters are stored out x kh x kw x in here, images NHWC.
 */
public final class ConvolutionPlan implements AutoCloseable {
  /** More than any pass has, each with and without tensor cores. */
  private static final int MAX_ALGORITHMS = 32;

  /**
   * What is computed.
   *
   * @param type of the elements of x, w and y
   * @param rounded whether fp32 operands may be rounded to TF32
   */
  public record Problem(
      ConvPass pass, ConvSpec spec, Shape x, Shape w, Shape y, ElementType type, boolean rounded) {}

  /**
   * One of cuDNN's algorithms.
   *
   * @param number in the enumeration of the pass
   * @param math a {@code cudnnMathType_t}
   */
  public record Choice(int number, int math) {}

  /**
   * What became of an algorithm when it was measured.
   *
   * @param status a {@code cudnnStatus_t}: if it is not success, the algorithm did not run
   * @param deterministic whether it computes the same bits each time
   * @param millis that it took
   */
  public record Trial(Choice choice, int status, boolean deterministic, float millis) {}

  /** By their numbers, which cuDNN's headers fix. */
  private static final List<String> FORWARD_NAMES =
      List.of(
          "implicit GEMM",
          "implicit GEMM, precomputed",
          "GEMM",
          "direct",
          "FFT",
          "FFT, tiled",
          "Winograd",
          "Winograd, not fused");

  private static final List<String> BACKWARD_DATA_NAMES =
      List.of("algorithm 0", "algorithm 1", "FFT", "FFT, tiled", "Winograd", "Winograd, not fused");

  private static final List<String> BACKWARD_FILTER_NAMES =
      List.of(
          "algorithm 0",
          "algorithm 1",
          "FFT",
          "algorithm 3",
          "Winograd",
          "Winograd, not fused",
          "FFT, tiled");

  private final Handle cudnn;
  private final Problem problem;
  private final Resources owned = new Resources();
  private final MemorySegment x;
  private final MemorySegment w;
  private final MemorySegment y;
  private final Descriptor convolution;
  private Choice choice;
  private long workspaceBytes;

  /** A plan without an algorithm: {@link #choose} comes next. */
  public ConvolutionPlan(Handle cudnn, Problem problem) {
    this.cudnn = cudnn;
    this.problem = problem;
    try {
      x = owned.add(Descriptor.tensor(cudnn, problem.x(), problem.type())).handle();
      w = owned.add(Descriptor.filter(cudnn, problem.w(), problem.type())).handle();
      y = owned.add(Descriptor.tensor(cudnn, problem.y(), problem.type())).handle();
      convolution = owned.add(Descriptor.convolution(cudnn, problem.spec()));
      convolution.mathType(math());
    } catch (RuntimeException e) {
      owned.close();
      throw e;
    }
  }

  /**
   * What algorithms are searched with. As of 9.24 cuDNN tries nothing else, except with tensor
   * operations, beside which it tries the default. TF32 is part of the default.
   */
  private int math() {
    return switch (problem.type()) {
      case BF16 -> Cudnn.CUDNN_TENSOR_OP_MATH();
      case F32 -> problem.rounded() ? Cudnn.CUDNN_DEFAULT_MATH() : Cudnn.CUDNN_FMA_MATH();
    };
  }

  /** How much scratch memory {@link #measure} can use, without the algorithms that need more. */
  public long scratchBytes(long most) {
    long largest = 0;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(JAVA_LONG);
      for (int algorithm = 0; algorithm < names().size(); algorithm++) {
        if (workspaceSize(algorithm, bytes) == Cudnn.CUDNN_STATUS_SUCCESS()
            && bytes.get(JAVA_LONG, 0) <= most) {
          largest = Math.max(largest, bytes.get(JAVA_LONG, 0));
        }
      }
    }
    return largest;
  }

  /**
   * Runs every algorithm on these operands, of which the result is overwritten.
   *
   * @param scratch for the algorithms; those that need more fail
   */
  public List<Trial> measure(
      MemorySegment xs, MemorySegment ws, MemorySegment ys, MemorySegment scratch) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(JAVA_INT);
      // The structs of the three passes differ in name alone.
      MemorySegment results = cudnnConvolutionFwdAlgoPerf_t.allocateArray(MAX_ALGORITHMS, arena);
      find(xs, ws, ys, scratch, count, results);
      return IntStream.range(0, count.get(JAVA_INT, 0))
          .mapToObj(i -> trial(cudnnConvolutionFwdAlgoPerf_t.asSlice(results, i)))
          .toList();
    }
  }

  private static Trial trial(MemorySegment result) {
    return new Trial(
        new Choice(
            cudnnConvolutionFwdAlgoPerf_t.algo(result),
            cudnnConvolutionFwdAlgoPerf_t.mathType(result)),
        cudnnConvolutionFwdAlgoPerf_t.status(result),
        cudnnConvolutionFwdAlgoPerf_t.determinism(result) == Cudnn.CUDNN_DETERMINISTIC(),
        cudnnConvolutionFwdAlgoPerf_t.time(result));
  }

  /**
   * The fastest of the algorithms that ran, that compute the same bits each time and that do not
   * round more than they may.
   */
  public Optional<Choice> fastest(List<Trial> trials) {
    return trials.stream()
        .filter(this::fits)
        .min(Comparator.comparingDouble(Trial::millis))
        .map(Trial::choice);
  }

  private boolean fits(Trial trial) {
    return trial.status() == Cudnn.CUDNN_STATUS_SUCCESS()
        && trial.deterministic()
        && (math() != Cudnn.CUDNN_FMA_MATH() || trial.choice().math() == math());
  }

  private static boolean isTensorOperation(int math) {
    return math == Cudnn.CUDNN_TENSOR_OP_MATH()
        || math == Cudnn.CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION();
  }

  private void find(
      MemorySegment xs,
      MemorySegment ws,
      MemorySegment ys,
      MemorySegment scratch,
      MemorySegment count,
      MemorySegment results) {
    MemorySegment handle = cudnn.handle();
    MemorySegment conv = convolution.handle();
    long bytes = scratch.byteSize();
    switch (problem.pass()) {
      case FORWARD ->
          cudnn.check(
              Cudnn.cudnnFindConvolutionForwardAlgorithmEx(
                  handle,
                  x,
                  xs,
                  w,
                  ws,
                  conv,
                  y,
                  ys,
                  MAX_ALGORITHMS,
                  count,
                  results,
                  scratch,
                  bytes),
              "cudnnFindConvolutionForwardAlgorithmEx");
      case BACKWARD_DATA ->
          cudnn.check(
              Cudnn.cudnnFindConvolutionBackwardDataAlgorithmEx(
                  handle,
                  w,
                  ws,
                  y,
                  ys,
                  conv,
                  x,
                  xs,
                  MAX_ALGORITHMS,
                  count,
                  results,
                  scratch,
                  bytes),
              "cudnnFindConvolutionBackwardDataAlgorithmEx");
      case BACKWARD_FILTER ->
          cudnn.check(
              Cudnn.cudnnFindConvolutionBackwardFilterAlgorithmEx(
                  handle,
                  x,
                  xs,
                  y,
                  ys,
                  conv,
                  w,
                  ws,
                  MAX_ALGORITHMS,
                  count,
                  results,
                  scratch,
                  bytes),
              "cudnnFindConvolutionBackwardFilterAlgorithmEx");
    }
  }

  /** Takes an algorithm; false, and nothing is changed, if cuDNN does not have it for this. */
  public boolean choose(Choice candidate) {
    convolution.mathType(candidate.math());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(JAVA_LONG);
      if (workspaceSize(candidate.number(), bytes) != Cudnn.CUDNN_STATUS_SUCCESS()) {
        convolution.mathType(choice == null ? math() : choice.math());
        return false;
      }
      choice = candidate;
      workspaceBytes = bytes.get(JAVA_LONG, 0);
      return true;
    }
  }

  private int workspaceSize(int algorithm, MemorySegment bytes) {
    MemorySegment handle = cudnn.handle();
    MemorySegment conv = convolution.handle();
    return switch (problem.pass()) {
      case FORWARD ->
          Cudnn.cudnnGetConvolutionForwardWorkspaceSize(handle, x, w, conv, y, algorithm, bytes);
      case BACKWARD_DATA ->
          Cudnn.cudnnGetConvolutionBackwardDataWorkspaceSize(
              handle, w, y, conv, x, algorithm, bytes);
      case BACKWARD_FILTER ->
          Cudnn.cudnnGetConvolutionBackwardFilterWorkspaceSize(
              handle, x, y, conv, w, algorithm, bytes);
    };
  }

  /** The algorithm that {@link #choose} took, by cuDNN's name. */
  public String describe() {
    return name(choice.number()) + (isTensorOperation(choice.math()) ? ", tensor cores" : "");
  }

  /** What became of algorithms, for who has to find out why none fits. */
  public String describe(List<Trial> trials) {
    return trials.stream()
        .map(
            trial ->
                "%s with math %d: %s%s"
                    .formatted(
                        name(trial.choice().number()),
                        trial.choice().math(),
                        Handle.name(trial.status()),
                        trial.deterministic() ? "" : ", not deterministic"))
        .collect(Collectors.joining("; "));
  }

  private String name(int number) {
    return number < names().size() ? names().get(number) : "algorithm " + number;
  }

  private List<String> names() {
    return switch (problem.pass()) {
      case FORWARD -> FORWARD_NAMES;
      case BACKWARD_DATA -> BACKWARD_DATA_NAMES;
      case BACKWARD_FILTER -> BACKWARD_FILTER_NAMES;
    };
  }

  /** Queues the pass; which of the operands is the result depends on the pass. */
  public void run(MemorySegment xs, MemorySegment ws, MemorySegment ys, Workspace workspace) {
    MemorySegment handle = cudnn.handle();
    MemorySegment conv = convolution.handle();
    MemorySegment scratch = workspace.take(workspaceBytes);
    int algorithm = choice.number();
    MemorySegment one = DataTypes.ONE;
    MemorySegment zero = DataTypes.ZERO;
    switch (problem.pass()) {
      case FORWARD ->
          cudnn.check(
              Cudnn.cudnnConvolutionForward(
                  handle, one, x, xs, w, ws, conv, algorithm, scratch, workspaceBytes, zero, y, ys),
              "cudnnConvolutionForward");
      case BACKWARD_DATA ->
          cudnn.check(
              Cudnn.cudnnConvolutionBackwardData(
                  handle, one, w, ws, y, ys, conv, algorithm, scratch, workspaceBytes, zero, x, xs),
              "cudnnConvolutionBackwardData");
      case BACKWARD_FILTER ->
          cudnn.check(
              Cudnn.cudnnConvolutionBackwardFilter(
                  handle, one, x, xs, y, ys, conv, algorithm, scratch, workspaceBytes, zero, w, ws),
              "cudnnConvolutionBackwardFilter");
    }
  }

  @Override
  public void close() {
    owned.close();
  }
}
