package lanewise.diagnosis;

import java.util.Locale;

/**
 * The discriminator tells nearly every fake. The generator's gradients then vanish or become noise
 * (Arjovsky and Bottou, "Towards Principled Methods for Training Generative Adversarial Networks",
 * 2017).
 *
 * <p>Ordinary runs have steps in which it does, but not {@link #STEPS} on average: DCGANs on
 * Fashion-MNIST were at 0.94 and 0.06 at most.
 */
final class DiscriminatorWins extends Symptom {
  private static final int STEPS = 100;

  private final Rivals rivals;
  private final Scores scores;
  private final String advice;
  private final Window real = new Window(STEPS);
  private final Window fake = new Window(STEPS);
  private double meanReal;
  private double meanFake;

  DiscriminatorWins(Rivals rivals, Scores scores, String advice) {
    super(rivals.kind("discriminator-wins"));
    this.rivals = rivals;
    this.scores = scores;
    this.advice = advice;
  }

  @Override
  boolean take(Observation o) {
    real.add(o.value(rivals.series(Observation.D_REAL)));
    fake.add(o.value(rivals.series(Observation.D_FAKE)));
    if (!real.isFull() || !fake.isFull()) {
      return false;
    }
    meanReal = real.mean();
    meanFake = fake.mean();
    return true;
  }

  @Override
  boolean begins() {
    return scores.areWon(meanReal, meanFake);
  }

  @Override
  boolean isOver() {
    return scores.areContested(meanReal, meanFake);
  }

  @Override
  String message() {
    return "%s wins, and %s has little to learn from it: %s"
        .formatted(rivals.discriminator(), rivals.generator(), figures());
  }

  @Override
  String advice() {
    return advice;
  }

  @Override
  String relief() {
    return rivals.discriminator() + " no longer wins: " + figures();
  }

  private String figures() {
    return String.format(
        Locale.ROOT, "D(real) %.3f, D(fake) %.3f over %d steps", meanReal, meanFake, STEPS);
  }
}
