package lanewise.evaluate;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The values of the metrics that apply, in the order of {@link Metric}.
 *
 * @param samples how many were measured
 */
public record Scores(int samples, Map<Metric, Double> values) {
  public Scores {
    values = Collections.unmodifiableMap(new EnumMap<>(values));
  }

  /** These and one more. */
  public Scores with(Metric metric, double value) {
    Map<Metric, Double> more = new EnumMap<>(values);
    more.put(metric, value);
    return new Scores(samples, more);
  }

  /** For JSON, which has no infinity: that is null there. */
  public Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("samples", samples);
    values.forEach(
        (metric, value) -> json.put(metric.key(), Double.isFinite(value) ? value : null));
    return json;
  }
}
