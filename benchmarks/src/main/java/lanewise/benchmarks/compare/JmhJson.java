package lanewise.benchmarks.compare;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Results in the format of JMH's {@code -rf json}, so that its viewers open them. */
final class JmhJson {
  private JmhJson() {}

  static void write(Path file, Machine machine, List<Result> results) throws IOException {
    List<Object> runs = new ArrayList<>();
    for (Result result : results) {
      for (Timing timing : result.timings()) {
        runs.add(run(machine, result, timing));
      }
    }
    Files.writeString(file, JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(runs) + "\n");
  }

  private static Map<String, Object> run(Machine machine, Result result, Timing timing) {
    Map<String, Object> run = new LinkedHashMap<>();
    run.put("benchmark", "lanewise.benchmarks.compare." + result.benchmark().name());
    run.put("mode", "avgt");
    run.put("threads", 1);
    run.put("forks", 1);
    run.put("vmVersion", machine.java());
    run.put("measurementIterations", timing.milliseconds().length);
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("implementation", timing.implementation());
    parameters.put("configuration", timing.configuration());
    parameters.put("computeThreads", Integer.toString(result.threads()));
    parameters.put("error", Double.toString(timing.error()));
    run.put("params", parameters);
    run.put("primaryMetric", metric(timing));
    run.put("secondaryMetrics", Map.of("rate", rate(result, timing)));
    return run;
  }

  private static Map<String, Object> metric(Timing timing) {
    double[] sorted = timing.milliseconds().clone();
    Arrays.sort(sorted);
    Map<String, Object> metric = new LinkedHashMap<>();
    metric.put("score", timing.median());
    metric.put("scoreError", "NaN");
    metric.put("scoreConfidence", List.of(sorted[0], sorted[sorted.length - 1]));
    Map<String, Double> percentiles = new TreeMap<>();
    percentiles.put("0.0", sorted[0]);
    percentiles.put("50.0", timing.median());
    percentiles.put("100.0", sorted[sorted.length - 1]);
    metric.put("scorePercentiles", percentiles);
    metric.put("scoreUnit", "ms/op");
    metric.put("rawData", List.of(timing.milliseconds()));
    return metric;
  }

  private static Map<String, Object> rate(Result result, Timing timing) {
    return Map.of("score", result.rate(timing), "scoreUnit", result.rateUnit());
  }
}
