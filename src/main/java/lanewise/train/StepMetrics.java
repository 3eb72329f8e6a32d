package lanewise.train;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lanewise.diagnosis.Finding;
import lanewise.diagnosis.Observation;
import lanewise.evaluate.Metric;
import lanewise.evaluate.Scores;
import lanewise.train.GanTrainer.StepResult;

/**
 * One line of {@code metrics.jsonl}.
 *
 * @param epoch the pass over the data that the step belongs to, from 1
 * @param ms wall-clock milliseconds of the step, the reading of data included
 * @param measured what was measured of the generator after the step; usually empty
 * @param findings what began to go wrong with this step, or ceased to
 */
public record StepMetrics(
    StepResult result,
    long epoch,
    double imagesPerSecond,
    double ms,
    Map<Metric, Double> measured,
    List<Finding> findings) {
  private static final String GRAD_NORM_D = "grad_norm_d";
  private static final String GRAD_NORM_G = "grad_norm_g";

  /**
   * Of pixels, measured in passing: {@link Metric#DIVERSITY} is that of a classifier's features.
   */
  private static final String DIVERSITY = "pixel_diversity";

  StepMetrics with(Scores scores) {
    return new StepMetrics(result, epoch, imagesPerSecond, ms, scores.values(), findings);
  }

  StepMetrics with(List<Finding> findings) {
    return new StepMetrics(result, epoch, imagesPerSecond, ms, measured, findings);
  }

  /** What a diagnosis is told of the step. */
  Observation observation() {
    return observation(fields());
  }

  /** The same, from a line of the file. */
  static Observation observation(Map<String, ?> line) {
    return new Observation(
        ((Number) line.get("step")).longValue(),
        value(line, "d_real"),
        value(line, "d_fake"),
        value(line, GRAD_NORM_D),
        value(line, GRAD_NORM_G),
        value(line, DIVERSITY),
        value(line, Metric.MODES.key()));
  }

  /** As a float, which is the same before it was written and after it was read. */
  private static double value(Map<String, ?> line, String name) {
    return line.get(name) instanceof Number number ? number.floatValue() : Double.NaN;
  }

  /** The line, without its end. */
  public String json() {
    Map<String, Object> line = fields();
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

  private Map<String, Object> fields() {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("step", result.step());
    line.put("epoch", epoch);
    line.put("loss_d", result.lossD());
    line.put("loss_g", result.lossG());
    line.put("d_real", result.dReal());
    line.put("d_fake", result.dFake());
    if (result.penalty() != 0) {
      line.put("penalty", result.penalty());
    }
    putMeasured(line, GRAD_NORM_D, result.gradNormD());
    putMeasured(line, GRAD_NORM_G, result.gradNormG());
    putMeasured(line, DIVERSITY, result.diversity());
    line.put("images_per_s", rounded(imagesPerSecond));
    line.put("ms", rounded(ms));
    // JSON has no infinity, which reverse KL may be.
    measured.forEach(
        (metric, value) -> line.put(metric.key(), Double.isFinite(value) ? value : null));
    return line;
  }

  private static void putMeasured(Map<String, Object> line, String name, float value) {
    if (Float.isFinite(value)) {
      line.put(name, value);
    }
  }

  private static double rounded(double x) {
    return Math.round(x * 100) / 100.0;
  }
}
