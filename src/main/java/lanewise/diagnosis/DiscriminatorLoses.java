package lanewise.diagnosis;

import java.util.Locale;

/**
 * The discriminator rates fake images as high as real ones, so that the generator learns from it
 * nothing about the data. It is counted in how many steps the real batch scored higher, which needs
 * no scale: for a coin that is half of them, with a standard deviation of 3.5 %.
 */
final class DiscriminatorLoses extends Symptom {
  private static final int STEPS = 200;
  private static final double LOST = 0.6;
  private static final double BETTER = 0.8;

  private final Window ahead = new Window(STEPS);
  private double share;

  DiscriminatorLoses() {
    super("discriminator-loses");
  }

  @Override
  boolean take(Observation o) {
    ahead.add(o.dReal() > o.dFake() ? 1 : 0);
    if (!ahead.isFull()) {
      return false;
    }
    share = ahead.mean();
    return true;
  }

  @Override
  boolean begins() {
    return share < LOST;
  }

  @Override
  boolean isOver() {
    return share > BETTER;
  }

  @Override
  String message() {
    return "the discriminator cannot tell fake from real: " + figures();
  }

  @Override
  String advice() {
    return "that is the goal if the samples are good; if not, try a larger --ndf, --d-steps 2, a"
        + " lower --lr-g, or less of --r1 and --gp";
  }

  @Override
  String relief() {
    return "the discriminator tells fake from real again: " + figures();
  }

  private String figures() {
    return String.format(
        Locale.ROOT, "real batches scored higher in %.0f %% of %d steps", 100 * share, STEPS);
  }
}
