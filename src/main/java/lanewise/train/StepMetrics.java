package lanewise.train;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import lanewise.evaluate.Metric;
import lanewise.evaluate.Scores;
import lanewise.train.GanTrainer.StepResult;

/**
 * One line of {@code metrics.jsonl}.
 *
 * @param epoch the pass over the data that the step belongs to, from 1
 * @param ms wall-clock milliseconds of the step, the reading of data included
 * @param measured what was measured of the generator after the step; usually empty
 */
public record StepMetrics(
    StepResult result,
    long epoch,
    double imagesPerSecond,
    double ms,
    Map<Metric, Double> measured) {

  StepMetrics with(Scores scores) {
    return new StepMetrics(result, epoch, imagesPerSecond, ms, scores.values());
  }

  /** The line, without its end. */
  public String json() {
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
    line.put("images_per_s", rounded(imagesPerSecond));
    line.put("ms", rounded(ms));
    // JSON has no infinity, which reverse KL may be.
    measured.forEach(
        (metric, value) -> line.put(metric.key(), Double.isFinite(value) ? value : null));
    try {
      return JSON.std.asString(line);
    } catch (IOException e) {
      throw new IllegalStateException("numbers are always JSON", e);
    }
  }

  private static double rounded(double x) {
    return Math.round(x * 100) / 100.0;
  }
}
