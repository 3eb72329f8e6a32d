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
 * The numbers and findings of {@code metrics.jsonl}, the numbers thinned while they are read.
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
  private static final int MAX_FINDINGS = 500;

  /** A curve that has a value at no more than one point in so many is written without the rest. */
  private static final int SPARSE = 4;

  private static final MathContext SHOWN = new MathContext(5, RoundingMode.HALF_EVEN);

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

  private final List<Bucket> buckets = new ArrayList<>();
  private final Set<String> names = new LinkedHashSet<>();
  private final List<Finding> findings = new ArrayList<>();
  private Map<String, Double> latest = Map.of();
  private int linesPerBucket = 1;
  private int unreadableLines;

  /** What was found in a step, by the names of its texts. */
  private record Finding(long step, Map<String, String> texts) {}

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

  /** The newest line's numbers by name, if it has more than a step; empty if there is none. */
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

  /** What a diagnosis found, each as its step and its texts. */
  List<Map<String, Object>> findings() {
    return findings.stream()
        .map(
            finding -> {
              Map<String, Object> entry = new LinkedHashMap<>();
              entry.put("step", finding.step);
              entry.putAll(finding.texts);
              return entry;
            })
        .toList();
  }

  /**
   * The page's form: {@code step} is the list of x values, every other key a curve with as many
   * values {@code mean}, and {@code low} and {@code high} where a point stands for several lines. A
   * curve of few values has its own {@code step}, which is a part of the other.
   */
  Map<String, Object> curves() {
    Map<String, Object> curves = new LinkedHashMap<>();
    curves.put("step", steps(buckets));
    for (String name : names) {
      List<Bucket> valued = buckets.stream().filter(b -> b.ranges.containsKey(name)).toList();
      boolean sparse = valued.size() * SPARSE <= buckets.size();
      curves.put(name, curve(name, sparse ? valued : buckets, sparse));
    }
    return curves;
  }

  private Map<String, Object> curve(String name, List<Bucket> points, boolean ownSteps) {
    Map<String, Object> curve = new LinkedHashMap<>();
    if (ownSteps) {
      curve.put("step", steps(points));
    }
    curve.put("mean", values(name, points, range -> range.sum / range.count));
    if (linesPerBucket > 1) {
      curve.put("low", values(name, points, range -> range.low));
      curve.put("high", values(name, points, range -> range.high));
    }
    return curve;
  }

  private static List<Long> steps(List<Bucket> points) {
    return points.stream().map(b -> (b.first + b.last) / 2).toList();
  }

  private static List<Double> values(String name, List<Bucket> points, ToDoubleFunction<Range> of) {
    List<Double> values = new ArrayList<>(points.size());
    for (Bucket bucket : points) {
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
    List<Map<String, String>> found = List.of();
    try (JsonParser parser = JSON.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken token = parser.nextToken();
        if (name.equals("diagnosis") && token == JsonToken.START_ARRAY) {
          found = objectsOfTexts(parser);
        } else if (!token.isNumeric()) {
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
    long step = numbers.get("step").longValue();
    add(step, numbers);
    add(step, found);
    return true;
  }

  private static List<Map<String, String>> objectsOfTexts(JsonParser parser) throws IOException {
    List<Map<String, String>> objects = new ArrayList<>();
    while (parser.nextToken() == JsonToken.START_OBJECT) {
      Map<String, String> texts = new LinkedHashMap<>();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        if (parser.nextToken() == JsonToken.VALUE_STRING) {
          texts.put(name, parser.getText());
        } else {
          parser.skipChildren();
        }
      }
      objects.add(texts);
    }
    return objects;
  }

  private void add(long step, List<Map<String, String>> found) {
    while (!findings.isEmpty() && findings.getLast().step >= step) {
      findings.removeLast();
    }
    for (Map<String, String> texts : found) {
      if (findings.size() < MAX_FINDINGS) {
        findings.add(new Finding(step, texts));
      }
    }
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
    if (numbers.size() > 1) {
      latest = numbers;
    }
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
