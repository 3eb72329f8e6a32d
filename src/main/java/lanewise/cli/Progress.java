package lanewise.cli;

import lanewise.diagnosis.Finding;
import lanewise.train.StepMetrics;

/** Shows a training while it runs. */
interface Progress extends AutoCloseable {

  void step(StepMetrics step);

  /** Says something between two steps; may be called by any thread. */
  void say(String line);

  /** Says what a diagnosis found, and what to try. */
  default void say(Finding finding) {
    say("step %d: %s".formatted(finding.step(), text(finding)));
  }

  /** What was found, and what to try. */
  static String text(Finding finding) {
    return finding.isOver() ? finding.message() : finding.message() + "; " + finding.advice();
  }

  @Override
  void close();
}
