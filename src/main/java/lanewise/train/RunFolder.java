package lanewise.train;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import lanewise.UserException;
import lanewise.io.AtomicFiles;

/** What a training leaves behind: the names of the files and how they grow. */
public record RunFolder(Path path) {

  public Path options() {
    return path.resolve("options.json");
  }

  public Path metrics() {
    return path.resolve("metrics.jsonl");
  }

  public Path sample(long step) {
    return path.resolve("samples").resolve("step-%06d.png".formatted(step));
  }

  public Path checkpoint() {
    return path.resolve("checkpoint");
  }

  /** The page that shows the run. */
  public Path report() {
    return path.resolve("report.html");
  }

  /** Event files. */
  Path tensorboard() {
    return path.resolve("tensorboard");
  }

  /** Images between fixed latents. */
  Path interpolation() {
    return path.resolve("interpolation.png");
  }

  /** Samples beside their nearest training images. */
  Path nearest() {
    return path.resolve("nearest.png");
  }

  /** What is to know of {@link #nearest}. */
  Path nearestFigures() {
    return path.resolve("nearest.json");
  }

  /** The weights of a GAN's generator, or of its average. */
  public Path generator() {
    return weights("generator");
  }

  /** The weights of one of the networks. */
  public Path weights(String network) {
    return path.resolve(network + ".safetensors");
  }

  /**
   * Makes sure that a new run can be put here.
   *
   * @throws UserException if there is something already
   */
  void requireEmpty() {
    if (Files.isDirectory(path)) {
      try (Stream<Path> files = Files.list(path)) {
        if (files.findAny().isEmpty()) {
          return;
        }
      } catch (IOException e) {
        throw new UserException(
            "--out %s cannot be read: %s".formatted(path, AtomicFiles.reason(e)), e);
      }
    } else if (!Files.exists(path)) {
      return;
    }
    throw new UserException(
        Files.exists(options())
            ? "--out %s holds another run; go on with it by --resume %s, or choose another folder"
                .formatted(path, path)
            : "--out %s exists and is not an empty folder; choose another".formatted(path));
  }

  void create() {
    try {
      Files.createDirectories(path.resolve("samples"));
    } catch (IOException e) {
      throw cannotWrite(path, e);
    }
  }

  /** The command lines that trained the run so far, as far as its options tell. */
  List<String> commands() {
    try {
      Object commands = JSON.std.mapFrom(Files.readString(options())).get("commands");
      return commands instanceof List<?> list
          ? list.stream().map(String::valueOf).toList()
          : List.of();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Opens the metrics for appending, without what was logged after {@code lastStep}. */
  BufferedWriter appendMetrics(long lastStep) {
    try {
      if (Files.exists(metrics())) {
        List<String> kept;
        try (Stream<String> lines = Files.lines(metrics())) {
          kept = lines.filter(line -> isUpTo(lastStep, line)).toList();
        }
        AtomicFiles.replaceFile(metrics(), file -> Files.write(file, kept));
      }
      return Files.newBufferedWriter(
          metrics(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw cannotWrite(metrics(), e);
    }
  }

  /** Gives the fields of each line of the metrics, all of which are whole. */
  void forEachStep(Consumer<Map<String, Object>> action) {
    try (Stream<String> lines = Files.lines(metrics())) {
      for (String line : (Iterable<String>) lines::iterator) {
        action.accept(JSON.std.mapFrom(line));
      }
    } catch (IOException e) {
      throw new UserException(
          "%s cannot be read: %s".formatted(metrics(), AtomicFiles.reason(e)), e);
    }
  }

  /** A line cut off by a crash is not one of a step before the checkpoint. */
  private static boolean isUpTo(long lastStep, String line) {
    try {
      Map<String, Object> fields = JSON.std.mapFrom(line);
      return fields.get("step") instanceof Number step && step.longValue() <= lastStep;
    } catch (IOException e) {
      return false;
    }
  }

  static UserException cannotWrite(Path path, IOException e) {
    return new UserException(
        "%s cannot be written: %s; make room or check the permissions"
            .formatted(path, AtomicFiles.reason(e)),
        e);
  }
}
