package lanewise.cli;

import java.io.PrintWriter;
import lanewise.evaluate.Evaluation;
import lanewise.evaluate.Metric;
import lanewise.evaluate.Scores;

/**
 * Scores for people.
 *
 * @param heldOut those of real samples, which say how good a score can be; or null
 */
record ScoreTable(Evaluation evaluation, Scores scores, Scores heldOut) {
  private static final String ROW = "%-47s %12s %12s  %s%n";

  void print(String what, String data, PrintWriter text) {
    text.println("model    " + what);
    text.println("data     " + data);
    evaluation.lens().ifPresent(lens -> text.println("features " + lens));
    text.println();
    text.printf(ROW, "METRIC", "MODEL", heldOut == null ? "" : "REAL", "BEST");
    text.printf(ROW, "samples", count(scores), heldOut == null ? "" : count(heldOut), "");
    scores
        .values()
        .forEach(
            (metric, value) ->
                text.printf(
                    ROW,
                    metric.title(),
                    format(metric, value),
                    heldOut == null ? "" : format(metric, heldOut.values().get(metric)),
                    metric.best()));
    if (heldOut != null) {
      text.printf(
          "%nREAL: real samples that are not in the data, the best that can be hoped for%n");
    }
  }

  private static String count(Scores scores) {
    return "%,d".formatted(scores.samples());
  }

  private String format(Metric metric, Double value) {
    if (value == null) {
      return "";
    }
    return metric == Metric.MODES
        ? "%,.0f of %,d".formatted(value, evaluation.modes())
        : "%.3f".formatted(value);
  }
}
