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

  private final Scores scores;
  private final Window real = new Window(STEPS);
  private final Window fake = new Window(STEPS);
  private double meanReal;
  private double meanFake;

  DiscriminatorWins(Scores scores) {
    super("discriminator-wins");
    this.scores = scores;
  }

  @Override
  boolean take(Observation o) {
    real.add(o.dReal());
    fake.add(o.dFake());
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
    return "the discriminator wins, and the generator has little to learn from it: " + figures();
  }

  @Override
  String advice() {
    return "try --r1 1, a lower --lr-d, --d-steps 1, a smaller --ndf or a larger --ngf, or another"
        + " --loss: non-saturating instead of minimax, or hinge with --spectral-norm";
  }

  @Override
  String relief() {
    return "the discriminator no longer wins: " + figures();
  }

  private String figures() {
    return String.format(
        Locale.ROOT, "D(real) %.3f, D(fake) %.3f over %d steps", meanReal, meanFake, STEPS);
  }
}
