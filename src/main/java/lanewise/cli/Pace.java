package lanewise.cli;

import java.time.Duration;
import lanewise.train.StepMetrics;

/** How fast a training goes: an exponential mean over about the last 20 steps. */
final class Pace {
  private static final double WEIGHT = 0.1;

  private int steps;
  private double msPerStep;
  private double images;

  void add(StepMetrics step) {
    // The first step, in which the JVM compiles most, counts only until there is a second.
    double weight = Math.max(WEIGHT, 1.0 / Math.max(1, steps++));
    msPerStep += weight * (step.ms() - msPerStep);
    images = step.imagesPerSecond() * step.ms() / 1000;
  }

  double imagesPerSecond() {
    return images * 1000 / msPerStep;
  }

  /** The time that so many steps will take. */
  Duration of(long steps) {
    return Duration.ofMillis(Math.round(steps * msPerStep));
  }

  /** {@code 1:02:03}, or {@code 2:03} below an hour. */
  static String clock(Duration time) {
    return time.toHours() > 0
        ? "%d:%02d:%02d".formatted(time.toHours(), time.toMinutesPart(), time.toSecondsPart())
        : "%d:%02d".formatted(time.toMinutes(), time.toSecondsPart());
  }
}
