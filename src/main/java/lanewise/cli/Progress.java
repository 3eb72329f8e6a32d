package lanewise.cli;

import lanewise.train.StepMetrics;

/** Shows a training while it runs. */
interface Progress extends AutoCloseable {

  void step(StepMetrics step);

  /** Says something between two steps; may be called by any thread. */
  void say(String line);

  @Override
  void close();
}
