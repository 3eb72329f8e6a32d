package lanewise.lab;

import java.util.LinkedHashMap;
import java.util.Map;
import lanewise.evaluate.Metric;

/**
 * What all trainings of a lab are held against.
 *
 * @param data its name
 * @param features how the metrics look at samples; empty if at the samples themselves
 * @param modes how many the data has; 0 if that is not known
 * @param samples how many were measured each time
 * @param heldOut the values of real samples that are not in the data; empty if there are none
 */
public record Reference(
    String data, String features, int modes, int samples, Map<Metric, Double> heldOut) {

  Map<String, Object> json() {
    Map<String, Object> real = new LinkedHashMap<>();
    heldOut.forEach((metric, value) -> real.put(metric.key(), value));
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("data", data);
    json.put("features", features);
    json.put("modes", modes);
    json.put("samples", samples);
    json.put("heldOut", real);
    return json;
  }
}
