package lanewise.lab;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lanewise.UserException;
import lanewise.evaluate.Metric;
import lanewise.io.AtomicFiles;
import lanewise.lab.CellResult.Point;
import lanewise.lab.CellResult.State;
import lanewise.train.RunFolder;

/** Reads what a run's folder says of its training. */
final class RunReader {
  private final List<Point> curve = new ArrayList<>();
  private long step;
  private double ms;

  private RunReader() {}

  /**
   * The state of a cell whose options make sense.
   *
   * @param steps that it is to have in all
   * @throws UserException if a file of the run cannot be read
   */
  static CellResult read(Cell cell, RunFolder folder, long steps) {
    if (!Files.exists(folder.options())) {
      return new CellResult(cell, State.WAITING, 0, "", List.of(), 0);
    }
    Map<String, Object> options = object(folder.options());
    RunReader reader = new RunReader();
    reader.readMetrics(folder.metrics());
    boolean done = reader.step >= steps;
    String status = String.valueOf(options.get("status"));
    State state =
        switch (status) {
          case "finished" -> done ? State.FINISHED : State.STARTED;
          case "failed" -> State.FAILED;
          default -> State.STARTED;
        };
    String reason = state == State.FAILED ? String.valueOf(options.get("failure")) : "";
    return new CellResult(cell, state, reader.step, reason, reader.curve, reader.ms / 1000);
  }

  private static Map<String, Object> object(Path file) {
    try {
      return JSON.std.mapFrom(Files.readString(file));
    } catch (IOException e) {
      throw cannotRead(file, e);
    }
  }

  private void readMetrics(Path file) {
    if (!Files.exists(file)) {
      return;
    }
    try (Stream<String> lines = Files.lines(file)) {
      lines.forEach(this::readLine);
    } catch (IOException e) {
      throw cannotRead(file, e);
    }
  }

  /** Passes over the last line of a run that was killed while it wrote it. */
  private void readLine(String line) {
    Map<String, Object> fields;
    try {
      fields = JSON.std.mapFrom(line);
    } catch (IOException e) {
      return;
    }
    if (!(fields.get("step") instanceof Number number && fields.get("ms") instanceof Number time)) {
      return; // A step that failed is named, but not done.
    }
    step = number.longValue();
    ms += time.doubleValue();
    Map<Metric, Double> values = metrics(fields);
    if (!values.isEmpty()) {
      curve.add(new Point(step, values));
    }
  }

  /** Those of an object's entries that are a metric's. */
  static Map<Metric, Double> metrics(Map<String, Object> fields) {
    Map<Metric, Double> values = new EnumMap<>(Metric.class);
    fields.forEach(
        (key, value) -> {
          if (value instanceof Number number) {
            Metric.of(key).ifPresent(metric -> values.put(metric, number.doubleValue()));
          }
        });
    return values;
  }

  private static UserException cannotRead(Path file, IOException e) {
    return new UserException("%s cannot be read: %s".formatted(file, AtomicFiles.reason(e)), e);
  }
}
