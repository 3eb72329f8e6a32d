package lanewise.report;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lanewise.UserException;
import lanewise.io.AtomicFiles;

/**
 * Writes {@code report.html} into a run folder: status, findings, curves, images and options, in
 * one file that needs no network.
 *
 * <p>It reads
 *
 * <ul>
 *   <li>{@code options.json}, an object whose entries are shown as tables: one for each entry that
 *       is an object, one for all others. Some have a meaning: {@code status} ({@code running},
 *       {@code finished}, {@code stopped}, {@code failed}), {@code failure}, why it was, {@code
 *       totalSteps}, and {@code machine}, {@code dataset} and {@code commands}, each text or a list
 *       or object of texts;
 *   <li>{@code metrics.jsonl}, one object with a number {@code step} on each line. Every other
 *       number becomes a curve, also one that only some lines have. {@code diagnosis} is a list of
 *       what was found in that step: objects of texts {@code kind}, {@code message} and {@code
 *       advice}, the last one empty where a finding of that kind is over. Lines that are not whole
 *       are passed over, and a step that goes back (a resumed run) replaces what was there from
 *       that step on;
 *   <li>{@code samples/step-N.png}, the grids;
 *   <li>{@code interpolation.png}, images between latents; {@code nearest.png}, a grid of samples
 *       with their nearest training images, and {@code nearest.json}, which says what is in it.
 * </ul>
 *
 * <p>All but the first may be missing. The page has a bounded size however long the run: curves are
 * thinned to {@value MetricCurves#MAX_POINTS} points, grids to {@value SampleGrids#MAX_GRIDS}.
 */
public final class Report {
  /** Without a status in the options, a run that was silent for so long counts as stopped. */
  private static final Duration SILENCE = Duration.ofMinutes(2);

  private Report() {}

  /**
   * Writes or replaces {@code report.html}, atomically.
   *
   * @throws UserException if the folder is not a run's, a file in it cannot be read, or the report
   *     cannot be written; an old report is then unchanged
   */
  public static void write(Path runFolder) {
    Map<String, Object> options = readOptions(runFolder.resolve("options.json"));
    Map<String, Object> page = new LinkedHashMap<>();
    try {
      page.put("name", runFolder.toRealPath().getFileName().toString());
      putOptions(options, page);
      putMetrics(runFolder, page);
      putImages(runFolder, page);
    } catch (IOException e) {
      throw new UserException("cannot read the run " + runFolder + ": " + e.getMessage(), e);
    }
    String html = Page.render(Report.class, "report", page);
    AtomicFiles.replaceFile(
        runFolder.resolve("report.html"), path -> Files.writeString(path, html));
  }

  private static Map<String, Object> readOptions(Path file) {
    try {
      return readObject(file);
    } catch (NoSuchFileException e) {
      throw new UserException(
          "cannot report on " + file.getParent() + ": it holds no options.json, so it is no run",
          e);
    } catch (IOException e) {
      throw new UserException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static Map<String, Object> readObject(Path file) throws IOException {
    try {
      return new LinkedHashMap<>(JSON.std.mapFrom(Files.readString(file)));
    } catch (JacksonException e) {
      throw new UserException(
          "cannot read " + file + ": it is not a JSON object: " + e.getOriginalMessage(), e);
    }
  }

  private static void putOptions(Map<String, Object> options, Map<String, Object> page) {
    page.put("status", options.remove("status"));
    page.put("failure", options.remove("failure"));
    page.put("steps", options.remove("totalSteps"));
    page.put("machine", line(options.remove("machine")));
    page.put("dataset", line(options.remove("dataset")));
    page.put("commands", lines(options.remove("commands")));
    Map<String, Map<String, String>> groups = new LinkedHashMap<>();
    Map<String, String> ungrouped = new LinkedHashMap<>();
    groups.put("", ungrouped);
    options.forEach(
        (name, value) -> {
          if (value instanceof Map<?, ?> group) {
            flatten("", group, groups.computeIfAbsent(name, key -> new LinkedHashMap<>()));
          } else {
            ungrouped.put(name, text(value));
          }
        });
    groups.values().removeIf(Map::isEmpty);
    page.put("options", groups);
  }

  private static void putMetrics(Path runFolder, Map<String, Object> page) throws IOException {
    Path file = runFolder.resolve("metrics.jsonl");
    MetricCurves metrics = MetricCurves.read(file);
    if (!(page.get("status") instanceof String)) {
      page.put("status", status(page.get("steps"), metrics, file));
    }
    page.put("written", System.currentTimeMillis());
    page.put("latest", metrics.latest());
    page.put("unreadableLines", metrics.unreadableLines());
    page.put("findings", metrics.findings());
    page.put("curves", metrics.curves());
  }

  private static void putImages(Path runFolder, Map<String, Object> page) throws IOException {
    SampleGrids samples = SampleGrids.list(runFolder.resolve("samples"));
    page.put("samples", samples.embedded());
    page.put("samplesInFolder", samples.count());
    Path interpolation = runFolder.resolve("interpolation.png");
    if (Files.exists(interpolation)) {
      page.put("interpolation", SampleGrids.embed(interpolation));
    }
    Path nearest = runFolder.resolve("nearest.png");
    Path figures = runFolder.resolve("nearest.json");
    if (Files.exists(nearest) && Files.exists(figures)) {
      Map<String, Object> entry = readObject(figures);
      entry.put("image", SampleGrids.embed(nearest));
      page.put("nearest", entry);
    }
  }

  /** The status as far as the files tell. */
  private static String status(Object totalSteps, MetricCurves metrics, Path metricsFile)
      throws IOException {
    if (totalSteps instanceof Number steps
        && steps.longValue() > 0
        && metrics.lastStep() >= steps.longValue()) {
      return "finished";
    }
    if (!Files.exists(metricsFile)) {
      return "running";
    }
    Instant silentSince = Files.getLastModifiedTime(metricsFile).toInstant();
    return silentSince.plus(SILENCE).isBefore(Instant.now()) ? "stopped" : "running";
  }

  private static List<String> lines(Object value) {
    return switch (value) {
      case null -> List.of();
      case Map<?, ?> map -> lines(map.values());
      case Collection<?> parts -> parts.stream().map(String::valueOf).toList();
      default -> List.of(value.toString());
    };
  }

  private static String line(Object value) {
    return value == null ? null : String.join(" · ", lines(value));
  }

  private static String text(Object value) {
    return switch (value) {
      case null -> "–";
      case Double number when Double.isFinite(number) ->
          BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
      default -> value.toString().isEmpty() ? "–" : value.toString();
    };
  }

  private static void flatten(String prefix, Map<?, ?> options, Map<String, String> table) {
    options.forEach(
        (key, value) -> {
          if (value instanceof Map<?, ?> nested) {
            flatten(prefix + key + ".", nested, table);
          } else {
            table.put(prefix + key, text(value));
          }
        });
  }
}
