package lanewise.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * The numbers of {@code metrics.jsonl}, thinned while they are read.
 *
 * <p>Lines are gathered in buckets of equally many lines. Whenever there are too many buckets,
 * neighbours merge, so memory and page stay small for a file of any length. A bucket keeps the
 * mean, the lowest and the highest value, so that no spike is lost.
 */
final class MetricCurves {
  static final int MAX_POINTS = 2000;

  /** Numbers that say where the run is, not how it goes. */
  private static final Set<String> NOT_CURVES = Set.of("step", "epoch", "ms");

  private static final int MAX_CURVES = 32;
  private static final MathContext SHOWN = new MathContext(5, RoundingMode.HALF_EVEN);

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private final List<Bucket> buckets = new ArrayList<>();
  private final Set<String> names = new LinkedHashSet<>();
  private Map<String, Double> latest = Map.of();
  private int linesPerBucket = 1;
  private int unreadableLines;

  private MetricCurves() {}

  /** Reads a file; a missing one is a run that has not got to its first step. */
  static MetricCurves read(Path file) throws IOException {
    var curves = new MetricCurves();
    if (!Files.exists(file)) {
      return curves;
    }
    // Not Files.newBufferedReader, which throws at a character that was cut in two.
    try (var reader =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8))) {
      boolean whole = true;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        // The last line may be in the middle of being written; that is nothing to report.
        curves.unreadableLines += whole ? 0 : 1;
        whole = curves.addLine(line);
      }
    }
    return curves;
  }

  /** The newest line's numbers by name; empty if there is none. */
  Map<String, Double> latest() {
    return latest;
  }

  /** The newest step, or -1. */
  long lastStep() {
    return latest.getOrDefault("step", -1.0).longValue();
  }

  int unreadableLines() {
    return unreadableLines;
  }

  /**
   * The page's form: {@code step} is the list of x values, every other key a curve with as many
   * values {@code mean}, and {@code low} and {@code high} where a point stands for several lines.
   */
  Map<String, Object> curves() {
    Map<String, Object> curves = new LinkedHashMap<>();
    curves.put("step", buckets.stream().map(b -> (b.first + b.last) / 2).toList());
    for (String name : names) {
      Map<String, Object> curve = new LinkedHashMap<>();
      curve.put("mean", values(name, range -> range.sum / range.count));
      if (linesPerBucket > 1) {
        curve.put("low", values(name, range -> range.low));
        curve.put("high", values(name, range -> range.high));
      }
      curves.put(name, curve);
    }
    return curves;
  }

  private List<Double> values(String name, ToDoubleFunction<Range> of) {
    List<Double> values = new ArrayList<>(buckets.size());
    for (Bucket bucket : buckets) {
      Range range = bucket.ranges.get(name);
      values.add(range == null ? null : rounded(of.applyAsDouble(range)));
    }
    return values;
  }

  private static Double rounded(double value) {
    // A sum of huge values may have overflowed; the page leaves a gap there.
    return Double.isFinite(value) ? new BigDecimal(value).round(SHOWN).doubleValue() : null;
  }

  /** Returns false if the line is not one whole object with a step. */
  private boolean addLine(String line) throws IOException {
    Map<String, Double> numbers = new LinkedHashMap<>();
    try (JsonParser parser = JSON.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        if (!parser.nextToken().isNumeric()) {
          parser.skipChildren();
        } else if (Double.isFinite(parser.getDoubleValue())) {
          numbers.put(name, parser.getDoubleValue());
        }
      }
      if (parser.nextToken() != null || !numbers.containsKey("step")) {
        return false;
      }
    } catch (JsonProcessingException e) {
      return false;
    }
    add(numbers.get("step").longValue(), numbers);
    return true;
  }

  private void add(long step, Map<String, Double> numbers) {
    while (!buckets.isEmpty() && buckets.getLast().first >= step) {
      buckets.removeLast();
    }
    if (!buckets.isEmpty()) {
      Bucket before = buckets.getLast();
      before.last = Math.min(before.last, step - 1);
    }
    if (buckets.isEmpty() || buckets.getLast().lines == linesPerBucket) {
      if (buckets.size() == MAX_POINTS) {
        mergeNeighbours();
      }
      buckets.add(new Bucket(step));
    }
    Bucket bucket = buckets.getLast();
    bucket.last = step;
    bucket.lines++;
    numbers.forEach(
        (name, value) -> {
          if (!NOT_CURVES.contains(name) && (names.size() < MAX_CURVES || names.contains(name))) {
            names.add(name);
            bucket.ranges.computeIfAbsent(name, n -> new Range()).add(value);
          }
        });
    latest = numbers;
  }

  private void mergeNeighbours() {
    for (int i = 0; i < MAX_POINTS / 2; i++) {
      Bucket merged = buckets.get(2 * i);
      merged.add(buckets.get(2 * i + 1));
      buckets.set(i, merged);
    }
    buckets.subList(MAX_POINTS / 2, MAX_POINTS).clear();
    linesPerBucket *= 2;
  }

  private static final class Bucket {
    final long first;
    final Map<String, Range> ranges = new LinkedHashMap<>();
    long last;
    int lines;

    Bucket(long first) {
      this.first = first;
    }

    void add(Bucket next) {
      last = next.last;
      lines += next.lines;
      next.ranges.forEach((name, range) -> ranges.merge(name, range, Range::add));
    }
  }

  private static final class Range {
    double sum;
    int count;
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;

    void add(double value) {
      sum += value;
      count++;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }

    Range add(Range other) {
      sum += other.sum;
      count += other.count;
      low = Math.min(low, other.low);
      high = Math.max(high, other.high);
      return this;
    }
  }
}
