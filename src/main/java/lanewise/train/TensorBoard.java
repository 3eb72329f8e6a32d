package lanewise.train;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import lanewise.io.EventFile;

/** A run as TensorBoard shows it: the numbers of {@code metrics.jsonl}, samples, options. */
final class TensorBoard implements Closeable {
  /** The groups of curves, by what their names begin with; all others are about quality. */
  private static final Map<String, String> GROUPS =
      Map.of(
          "loss_", "loss",
          "penalty", "loss",
          "d_real", "discriminator",
          "d_fake", "discriminator",
          "grad_norm", "gradients",
          "epoch", "progress",
          "images_per_s", "progress",
          "ms", "progress");

  private final EventFile events;

  private TensorBoard(EventFile events) {
    this.events = events;
  }

  /**
   * Begins or goes on.
   *
   * @param lastStep after which the training goes on; what was written of later ones is removed
   */
  static TensorBoard open(Path folder, TaskOptions options, long lastStep) throws IOException {
    EventFile events = EventFile.open(folder, lastStep, Clock.systemUTC());
    String rows =
        options.flat().entrySet().stream()
            .map(option -> "| %s | %s |".formatted(option.getKey(), option.getValue()))
            .collect(Collectors.joining("\n"));
    events.text(lastStep, "options", "| option | value |\n|---|---|\n" + rows);
    return new TensorBoard(events);
  }

  /** Takes a line of {@code metrics.jsonl}. */
  void line(String json) throws IOException {
    Map<String, Object> line = JSON.std.mapFrom(json);
    long step = ((Number) line.remove("step")).longValue();
    Map<String, Double> scalars = new LinkedHashMap<>();
    line.forEach(
        (name, value) -> {
          if (value instanceof Number number) {
            scalars.put(group(name) + "/" + name, number.doubleValue());
          }
        });
    events.scalars(step, scalars);
    if (line.get("diagnosis") instanceof List<?> findings) {
      for (Object finding : findings) {
        events.text(step, "diagnosis", text((Map<?, ?>) finding));
      }
    }
  }

  private static String group(String name) {
    return GROUPS.entrySet().stream()
        .filter(group -> name.startsWith(group.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("quality");
  }

  private static String text(Map<?, ?> finding) {
    return "%s: %s. %s"
        .formatted(finding.get("kind"), finding.get("message"), finding.get("advice"));
  }

  /** Takes a grid of samples. */
  void samples(long step, Path png) throws IOException {
    events.image(step, "samples", Files.readAllBytes(png));
  }

  @Override
  public void close() throws IOException {
    events.close();
  }
}
