package lanewise.diagnosis;

import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * A network's gradients grow without settling. A discriminator has single steps with gradients of
 * twenty times the usual size, so medians are compared; these grew up to fivefold within the 600
 * steps of ordinary runs, but not within the span of these windows.
 */
final class ExplodingGradients extends Symptom {
  private static final int RECENT = 5;
  private static final int BEFORE = 15;
  private static final double EXPLODED = 10;
  private static final double SETTLED = 3;

  private final String network;
  private final String flag;
  private final ToDoubleFunction<Observation> norm;
  private final Window recent = new Window(RECENT);
  private final Window before = new Window(BEFORE);
  private double usual;
  private double now;

  /**
   * @param network {@code generator} or {@code discriminator}
   * @param flag that chooses its normalisation
   */
  ExplodingGradients(String network, String flag, ToDoubleFunction<Observation> norm) {
    super("exploding-gradients-" + network);
    this.network = network;
    this.flag = flag;
    this.norm = norm;
  }

  @Override
  boolean take(Observation o) {
    double value = norm.applyAsDouble(o);
    if (Double.isNaN(value)) {
      return false;
    }
    before.add(recent.add(value));
    if (!before.isFull()) {
      return false;
    }
    now = recent.median();
    usual = before.median();
    return true;
  }

  @Override
  boolean begins() {
    return now > EXPLODED * usual;
  }

  @Override
  boolean isOver() {
    return now < SETTLED * usual;
  }

  @Override
  String message() {
    return "the gradients of the %s explode: %s".formatted(network, figures());
  }

  @Override
  String advice() {
    return "try a lower --lr, " + flag + " instance or layer, --spectral-norm or --r1 1";
  }

  @Override
  String relief() {
    return "the gradients of the %s have settled: %s".formatted(network, figures());
  }

  private String figures() {
    return String.format(Locale.ROOT, "norm %.3g, before that %.3g", now, usual);
  }
}
