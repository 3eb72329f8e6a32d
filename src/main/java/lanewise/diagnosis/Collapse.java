package lanewise.diagnosis;

import java.util.Locale;

/**
 * The generator's images become alike: their diversity falls after it had risen, or never rises.
 *
 * <p>A generator begins with nearly equal images. DCGANs of 32 pixels on Fashion-MNIST had a
 * diversity of less than 0.1 until step 160 with batch, instance or group norm and until step 500
 * with layer norm. Without a norm it was less than 0.01 until step 160, and 0.09 at step 600. So
 * little diversity alone is no alarm before step 600, or 1,200 where there is some, and afterwards
 * only where it does not grow.
 */
final class Collapse extends Symptom {
  static final String ADVICE =
      "try a lower --lr, --pack 2 or --minibatch-stddev; and --norm-g instance, which keeps the"
          + " samples of a batch apart";

  /** Measurements that are averaged; ordinary runs then swing by less than a third. */
  private static final int WINDOW = 10;

  /** What has not been this diverse cannot be said to fall. */
  private static final double RISEN = 0.1;

  /** Begins below this share of the best window ... */
  private static final double FALLEN = 0.5;

  /** ... unless what is left is still much. */
  private static final double MUCH = 0.3;

  /** Falls this deep only in a failure, from whatever little there was. */
  private static final double VANISHED = 0.01;

  private static final double RECOVERED = 0.7;

  /** Less was seen of ordinary runs only before step {@link #LATE}. */
  private static final double NONE = 0.01;

  private static final long LATE = 600;

  /** All ordinary runs had {@link #RISEN} by half of this step. */
  private static final long VERY_LATE = 1200;

  /** A window grows if it is that much better than the one that ended where it begins. */
  private static final double GROWTH = 1.5;

  private final Window recent = new Window(WINDOW);
  private final Window earlier = new Window(WINDOW);
  private double best;
  private double mean;
  private long step;

  Collapse() {
    super("collapse");
  }

  @Override
  boolean take(Observation o) {
    double diversity = o.value(Observation.DIVERSITY);
    if (Double.isNaN(diversity)) {
      return false;
    }
    earlier.add(recent.add(diversity));
    if (!recent.isFull()) {
      return false;
    }
    step = o.step();
    mean = recent.mean();
    best = Math.max(best, mean);
    return true;
  }

  @Override
  boolean begins() {
    return hasFallen() || neverRose();
  }

  private boolean hasFallen() {
    return mean < VANISHED * best || (best >= RISEN && mean < FALLEN * best && mean < MUCH);
  }

  private boolean neverRose() {
    return best < RISEN
        && step >= (mean < NONE ? LATE : VERY_LATE)
        && earlier.isFull()
        && mean < GROWTH * earlier.mean();
  }

  @Override
  boolean isOver() {
    double enough = step < VERY_LATE ? 2 * NONE : RISEN;
    return mean > Math.min(RECOVERED * Math.max(best, enough), 2 * MUCH);
  }

  @Override
  String message() {
    return hasFallen()
        ? String.format(
            Locale.ROOT,
            "the generator collapses: its images are %s as diverse as the data, after %s",
            percent(mean),
            percent(best))
        : String.format(
            Locale.ROOT,
            "the generator's images stay alike: %s of the data's diversity at step %d",
            percent(mean),
            step);
  }

  @Override
  String advice() {
    return ADVICE;
  }

  @Override
  String relief() {
    return "the generator's images are " + percent(mean) + " as diverse as the data again";
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, share < 0.1 ? "%.2g %%" : "%.0f %%", 100 * share);
  }
}
