package lanewise.cli;

import java.time.Duration;
import lanewise.train.StepMetrics;

/** How fast a training goes: an exponential mean over about the last 20 steps. */
final class Pace {
  private static final double WEIGHT = 0.1;

  private double msPerStep;
  private double images;

  void add(StepMetrics step) {
    msPerStep = msPerStep == 0 ? step.ms() : msPerStep + WEIGHT * (step.ms() - msPerStep);
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
