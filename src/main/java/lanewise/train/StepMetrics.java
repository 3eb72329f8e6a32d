package lanewise.train;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import lanewise.train.GanTrainer.StepResult;

/**
 * One line of {@code metrics.jsonl}.
 *
 * @param epoch the pass over the data that the step belongs to, from 1
 * @param ms wall-clock milliseconds of the step, the reading of data included
 */
public record StepMetrics(StepResult result, long epoch, double imagesPerSecond, double ms) {

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
