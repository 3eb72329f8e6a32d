package lanewise.diagnosis;

import java.util.Locale;

/**
 * A loss that is to fall grows instead.
 *
 * <p>Medians are compared, as some photographs are harder than others. In ordinary runs of style
 * networks they grew to at most twice their lowest. Where all photographs are alike, as for the
 * style, one step is enough to know what the loss was in the beginning.
 */
final class DivergingLoss extends Symptom {
  private static final int STEPS = 20;
  private static final double DIVERGED = 4;
  private static final double RECOVERED = 2.5;

  /** By this step an ordinary run is below its beginning. */
  private static final long LATE = 100;

  private final String term;
  private final String advice;
  private final Window recent = new Window(STEPS);

  /** The loss of the first step, or infinite if other steps cannot be compared with that. */
  private double first;

  private double lowest;
  private double now;
  private long step;

  /**
   * @param term the name of the loss: {@code content}
   * @param alike whether it hardly depends on the photographs
   */
  DivergingLoss(String term, boolean alike, String advice) {
    super("diverging-" + term);
    this.term = term;
    this.advice = advice;
    first = alike ? Double.NaN : Double.POSITIVE_INFINITY;
    lowest = Double.POSITIVE_INFINITY;
  }

  @Override
  boolean take(Observation o) {
    double loss = o.value("loss_" + term);
    if (Double.isNaN(loss)) {
      return false;
    }
    if (Double.isNaN(first)) {
      first = loss;
      lowest = loss;
    }
    recent.add(loss);
    if (!recent.isFull()) {
      return false;
    }
    step = o.step();
    now = recent.median();
    lowest = Math.min(lowest, now);
    return true;
  }

  @Override
  boolean begins() {
    return now > DIVERGED * lowest || (step >= LATE && now > first);
  }

  @Override
  boolean isOver() {
    return now < RECOVERED * lowest && now < first;
  }

  @Override
  String message() {
    return "the %s loss grows instead of falling: %s".formatted(term, figures());
  }

  @Override
  String advice() {
    return advice;
  }

  @Override
  String relief() {
    return "the %s loss has come down again: %s".formatted(term, figures());
  }

  private String figures() {
    return String.format(Locale.ROOT, "%.3g over %d steps, after %.3g", now, STEPS, lowest);
  }
}
