package lanewise.cli;

import java.io.PrintWriter;
import lanewise.train.StepMetrics;

/** For machines: each step's line of {@code metrics.jsonl}, as soon as it is done. */
record JsonProgress(PrintWriter out, PrintWriter text) implements Progress {
  @Override
  public void step(StepMetrics step) {
    out.println(step.json());
    out.flush();
  }

  @Override
  public void say(String line) {
    text.println(line);
  }

  @Override
  public void close() {}
}
