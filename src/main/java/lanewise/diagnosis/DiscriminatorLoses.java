package lanewise.diagnosis;

import java.util.Locale;

/**
 * The discriminator rates fake images as high as real ones, or higher, so that the generator learns
 * from it nothing about the data. What counts is in how many steps the real batch scored higher,
 * which needs no scale.
 *
 * <p>Below a coin's half is wrong at once: it has a standard deviation of 3.5 % in 200 steps. About
 * half is wrong only if it lasts: a discriminator of small first weights (PacGAN's, on the ring)
 * was right in 60 % of its first 600 steps and in all from step 1,400 on.
 */
final class DiscriminatorLoses extends Symptom {
  private static final int STEPS = 200;
  private static final double LOST = 0.4;

  private static final int MANY_STEPS = 1000;
  private static final double COIN = 0.6;

  private static final double BETTER = 0.8;

  private final Rivals rivals;
  private final String advice;
  private final Window ahead = new Window(STEPS);
  private final Window longAhead = new Window(MANY_STEPS);
  private double share;
  private double longShare;

  /** {@code advice} is for where it does harm. */
  DiscriminatorLoses(Rivals rivals, String advice) {
    super(rivals.kind("discriminator-loses"));
    this.rivals = rivals;
    this.advice = advice;
  }

  @Override
  boolean take(Observation o) {
    double real = o.value(rivals.series(Observation.D_REAL));
    double isAhead = real > o.value(rivals.series(Observation.D_FAKE)) ? 1 : 0;
    ahead.add(isAhead);
    longAhead.add(isAhead);
    if (!ahead.isFull()) {
      return false;
    }
    share = ahead.mean();
    longShare = longAhead.isFull() ? longAhead.mean() : 1;
    return true;
  }

  @Override
  boolean begins() {
    return share < LOST || (longShare < COIN && share < COIN);
  }

  @Override
  boolean isOver() {
    return share > BETTER;
  }

  @Override
  String message() {
    return rivals.discriminator() + " cannot tell fake from real: " + figures();
  }

  @Override
  String advice() {
    return "that is the goal if the samples are good; if not, " + advice;
  }

  @Override
  String relief() {
    return rivals.discriminator() + " tells fake from real again: " + figures();
  }

  private String figures() {
    return String.format(
        Locale.ROOT, "real batches scored higher in %.0f %% of %d steps", 100 * share, STEPS);
  }
}
