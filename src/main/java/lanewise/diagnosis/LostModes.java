package lanewise.diagnosis;

import java.util.Locale;

/**
 * The generator reached modes of the data that it no longer reaches. The last two measurements are
 * averaged, so that a mode of few samples may be missed once.
 */
final class LostModes extends Symptom {
  private static final int MEASUREMENTS = 2;
  private static final double LOST = 0.7;
  private static final double FOUND_AGAIN = 0.85;

  private final Window recent = new Window(MEASUREMENTS);
  private double best;
  private double now;

  LostModes() {
    super("lost-modes");
  }

  @Override
  boolean take(Observation o) {
    double modes = o.value(Observation.MODES);
    if (Double.isNaN(modes)) {
      return false;
    }
    recent.add(modes);
    best = Math.max(best, modes);
    if (!recent.isFull()) {
      return false;
    }
    now = recent.mean();
    return true;
  }

  @Override
  boolean begins() {
    return now < LOST * best;
  }

  @Override
  boolean isOver() {
    return now > FOUND_AGAIN * best;
  }

  @Override
  String message() {
    return "the generator loses modes: " + figures();
  }

  @Override
  String advice() {
    return Collapse.ADVICE;
  }

  @Override
  String relief() {
    return "the generator has found its modes again: " + figures();
  }

  private String figures() {
    return String.format(Locale.ROOT, "it reaches %.0f, after %.0f", now, best);
  }
}
