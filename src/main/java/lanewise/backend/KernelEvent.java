package lanewise.backend;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/**
 * One call of a backend's operation, for Java Flight Recorder; off unless a recording asks for it.
 *
 * <p>Its duration is that of the call, which on a CPU is that of the work.
 */
@Name(KernelEvent.NAME)
@Label("Kernel")
@Category("Lanewise")
@Description("An operation of a backend")
@Enabled(false)
@StackTrace(false)
final class KernelEvent extends Event {
  static final String NAME = "lanewise.Kernel";

  /** Stands for all calls while nobody records. */
  private static final KernelEvent OFF = new KernelEvent("", "", null);

  @Label("Operation")
  String operation;

  @Label("Layer")
  @Description("The layer whose forward or backward pass it belongs to")
  String layer;

  @Label("Variant")
  @Description("The function or the geometry")
  String variant;

  @Label("Shapes")
  String shapes;

  @Label("Algorithm")
  @Description("By which a convolution was computed, where the engine knows several")
  String algorithm;

  @Label("Share")
  @Description("Of the direct way's multiplications that the algorithm does")
  double share;

  @Label("Reason")
  @Description("For which the algorithm was chosen")
  String reason;

  @Label("FLOP")
  @Description("Floating-point operations of a product or convolution, computed the direct way")
  long flop;

  @Label("Bytes")
  @Description("The least that has to be moved")
  @DataAmount
  long bytes;

  private final transient Object what;
  private final transient Tensor[] tensors;

  private KernelEvent(String operation, String layer, Object what, Tensor... tensors) {
    this.operation = operation;
    this.layer = layer;
    this.what = what;
    this.tensors = tensors;
  }

  /**
   * A call that begins now.
   *
   * @param what is computed, where the operation alone does not say it, or null
   * @param tensors in the operation's order; null where there is none
   */
  static KernelEvent start(String operation, String layer, Object what, Tensor... tensors) {
    if (!OFF.isEnabled()) {
      return OFF;
    }
    KernelEvent event = new KernelEvent(operation, layer, what, tensors);
    event.begin();
    return event;
  }

  /** The call is done by {@code engine}. */
  void finish(Backend engine) {
    if (this == OFF) {
      return;
    }
    // A GPU may still be computing.
    engine.sync();
    end();
    Tensor[] given = Arrays.stream(tensors).filter(Objects::nonNull).toArray(Tensor[]::new);
    Shape[] all = Arrays.stream(given).map(Tensor::shape).toArray(Shape[]::new);
    Work work = Work.of(operation, what, given);
    variant = what == null ? "" : what.toString();
    shapes = Arrays.stream(all).map(Shape::toString).collect(Collectors.joining(", "));
    Algorithm chosen = algorithm(engine, all);
    algorithm = chosen.name();
    share = chosen.share();
    reason = chosen.reason();
    flop = work.flop();
    bytes = work.bytes();
    commit();
  }

  private Algorithm algorithm(Backend engine, Shape[] s) {
    if (!(what instanceof ConvSpec spec)) {
      return Algorithm.ONLY;
    }
    return switch (operation) {
      case "convForward" -> engine.algorithm(ConvPass.FORWARD, spec, s[0], s[1], s[2]);
      case "convBackwardData" -> engine.algorithm(ConvPass.BACKWARD_DATA, spec, s[2], s[1], s[0]);
      case "convBackwardFilter" ->
          engine.algorithm(ConvPass.BACKWARD_FILTER, spec, s[0], s[2], s[1]);
      default -> throw new IllegalStateException(operation + " is no pass of a convolution");
    };
  }
}
