package lanewise.report;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import lanewise.UserException;
import lanewise.io.AtomicFiles;

/**
 * Writes {@code report.html} into a run folder: status, curves, sample grids over time and options,
 * in one file that needs no network.
 *
 * <p>It reads
 *
 * <ul>
 *   <li>{@code options.json}, an object whose entries are shown as a table. Three have a meaning:
 *       {@code status} ({@code running}, {@code finished}, {@code stopped}), {@code machine} (text
 *       or an object, shown as one line) and {@code totalSteps};
 *   <li>{@code metrics.jsonl}, one object with a number {@code step} on each line. Every other
 *       number becomes a curve. Lines that are not whole are passed over, and a step that goes back
 *       (a resumed run) replaces what was there from that step on;
 *   <li>{@code samples/step-N.png}, the grids.
 * </ul>
 *
 * <p>The last two may be missing. The page has a bounded size however long the run: curves are
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
    Object machine = options.remove("machine");
    Object status = options.remove("status");
    Object totalSteps = options.remove("totalSteps");
    Map<String, Object> page = new LinkedHashMap<>();
    try {
      Path metricsFile = runFolder.resolve("metrics.jsonl");
      MetricCurves metrics = MetricCurves.read(metricsFile);
      SampleGrids samples = SampleGrids.list(runFolder.resolve("samples"));
      page.put("name", runFolder.toRealPath().getFileName().toString());
      page.put(
          "status", status instanceof String ? status : status(totalSteps, metrics, metricsFile));
      page.put("written", System.currentTimeMillis());
      page.put("machine", line(machine));
      page.put("steps", totalSteps);
      page.put("epochs", options.get("epochs"));
      page.put("latest", metrics.latest());
      page.put("unreadableLines", metrics.unreadableLines());
      page.put("curves", metrics.curves());
      page.put("samples", samples.embedded());
      page.put("samplesInFolder", samples.count());
      Map<String, String> table = new LinkedHashMap<>();
      flatten("", options, table);
      page.put("options", table);
    } catch (IOException e) {
      throw new UserException("cannot read the run " + runFolder + ": " + e.getMessage(), e);
    }
    String html = Page.render(Report.class, "report", page);
    AtomicFiles.replaceFile(
        runFolder.resolve("report.html"), path -> Files.writeString(path, html));
  }

  private static Map<String, Object> readOptions(Path file) {
    try {
      return new LinkedHashMap<>(JSON.std.mapFrom(Files.readString(file)));
    } catch (NoSuchFileException e) {
      throw new UserException(
          "cannot report on " + file.getParent() + ": it holds no options.json, so it is no run",
          e);
    } catch (JacksonException e) {
      throw new UserException(
          "cannot read " + file + ": it is not a JSON object: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UserException("cannot read " + file + ": " + e.getMessage(), e);
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

  private static String line(Object value) {
    return switch (value) {
      case null -> null;
      case Map<?, ?> map -> line(map.values());
      case Collection<?> parts ->
          parts.stream().map(String::valueOf).collect(Collectors.joining(" · "));
      default -> value.toString();
    };
  }

  private static void flatten(String prefix, Map<?, ?> options, Map<String, String> table) {
    options.forEach(
        (key, value) -> {
          if (value instanceof Map<?, ?> nested) {
            flatten(prefix + key + ".", nested, table);
          } else {
            table.put(prefix + key, value == null ? "–" : value.toString());
          }
        });
  }
}
