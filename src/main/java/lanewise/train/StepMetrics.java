package lanewise.train;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lanewise.diagnosis.Finding;
import lanewise.evaluate.Metric;
import lanewise.evaluate.Scores;

/**
 * One line of {@code metrics.jsonl}.
 *
 * @param step counted from 1
 * @param values what the step measured, by its name; losses are {@code loss_*}
 * @param epoch the pass over the data that the step belongs to, from 1
 * @param ms wall-clock milliseconds of the step, the reading of data included
 * @param measured what was measured of the networks after the step; usually empty
 * @param findings what began to go wrong with this step, or ceased to
 */
public record StepMetrics(
    long step,
    Map<String, Float> values,
    long epoch,
    double imagesPerSecond,
    double ms,
    Map<Metric, Double> measured,
    List<Finding> findings) {

  StepMetrics with(Scores scores) {
    return new StepMetrics(step, values, epoch, imagesPerSecond, ms, scores.values(), findings);
  }

  StepMetrics with(List<Finding> findings) {
    return new StepMetrics(step, values, epoch, imagesPerSecond, ms, measured, findings);
  }

  /** The line, without its end. */
  public String json() {
    Map<String, Object> line = fields();
    return json(line, findings);
  }

  /** The line of a step that measured nothing. */
  static String json(Finding finding) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", finding.step());
    return json(line, List.of(finding));
  }

  private static String json(Map<String, Object> line, List<Finding> findings) {
    if (!findings.isEmpty()) {
      line.put("diagnosis", findings.stream().map(StepMetrics::entry).toList());
    }
    try {
      return JSON.std.asString(line);
    } catch (IOException e) {
      throw new IllegalStateException("numbers and texts are always JSON", e);
    }
  }

  private static Map<String, String> entry(Finding finding) {
    Map<String, String> entry = new LinkedHashMap<>();
    entry.put("kind", finding.kind());
    entry.put("message", finding.message());
    entry.put("advice", finding.advice());
    return entry;
  }

  /** The fields of the line, without findings. */
  Map<String, Object> fields() {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", step);
    line.put("epoch", epoch);
    line.putAll(values);
    line.put("images_per_s", rounded(imagesPerSecond));
    line.put("ms", rounded(ms));
    // JSON has no infinity, which reverse KL may be.
    measured.forEach(
        (metric, value) -> line.put(metric.key(), Double.isFinite(value) ? value : null));
    return line;
  }

  private static double rounded(double x) {
    return Math.round(x * 100) / 100.0;
  }
}
