package lanewise.diagnosis;

import java.util.Locale;

/**
 * A network's gradients grow without settling. A discriminator has single steps with gradients of
 * twenty times the usual size, so medians are compared; these grew up to fivefold within the 600
 * steps of ordinary runs, but not within the span of these windows. What is a lot depends on the
 * batch: one that judges a single pair of pictures has gradients that differ a hundredfold from
 * picture to picture, and even their medians tenfold.
 */
final class ExplodingGradients extends Symptom {
  private static final int RECENT = 5;
  private static final int BEFORE = 15;
  private static final double SETTLED = 3;

  private final double exploded;
  private final String network;
  private final String norm;
  private final String advice;
  private final Window recent = new Window(RECENT);
  private final Window before = new Window(BEFORE);
  private double usual;
  private double now;

  private ExplodingGradients(
      double exploded, String kind, String network, String norm, String advice) {
    super(kind);
    this.exploded = exploded;
    this.network = network;
    this.norm = norm;
    this.advice = advice;
  }

  /** {@code exploded} is how many times the usual norm is too much. */
  static ExplodingGradients ofDiscriminator(Rivals rivals, double exploded, String advice) {
    return new ExplodingGradients(
        exploded,
        rivals.kind("exploding-gradients-discriminator"),
        rivals.discriminator(),
        rivals.series(Observation.GRAD_NORM_D),
        advice);
  }

  /** {@code exploded} is how many times the usual norm is too much. */
  static ExplodingGradients ofGenerator(Rivals rivals, double exploded, String advice) {
    return new ExplodingGradients(
        exploded,
        rivals.kind("exploding-gradients-generator"),
        rivals.generator(),
        rivals.series(Observation.GRAD_NORM_G),
        advice);
  }

  @Override
  boolean take(Observation o) {
    double value = o.value(norm);
    if (Double.isNaN(value) || value == 0) {
      // Without any gradient, as hinge leaves a discriminator that is sure of all, none grows.
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
    return now > exploded * usual;
  }

  @Override
  boolean isOver() {
    return now < SETTLED * usual;
  }

  @Override
  String message() {
    return "the gradients of %s explode: %s".formatted(network, figures());
  }

  @Override
  String advice() {
    return advice;
  }

  @Override
  String relief() {
    return "the gradients of %s have settled: %s".formatted(network, figures());
  }

  private String figures() {
    return String.format(Locale.ROOT, "norm %.3g, before that %.3g", now, usual);
  }
}
