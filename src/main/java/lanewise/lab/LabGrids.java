package lanewise.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import lanewise.UserException;
import lanewise.io.AtomicFiles;

/** The sample grids of all trainings at the same steps, to be seen side by side. */
final class LabGrids {
  private static final int MAX_STEPS = 12;

  /** Fewer steps are embedded where these many bytes of PNG would not hold the usual number. */
  private static final long MAX_BYTES = 6L << 20;

  private static final Pattern NAME = Pattern.compile("step-(\\d{1,18})\\.png");

  private final Path folder;
  private final Grid grid;

  LabGrids(Path folder, Grid grid) {
    this.folder = folder;
    this.grid = grid;
  }

  /**
   * For some steps, evenly between the first and the last that any training has reached, each
   * training's grid as a {@code data:} URI by the training's name.
   *
   * @throws UserException if a grid cannot be read
   */
  List<Map<String, Object>> embedded() {
    TreeMap<Long, Map<String, Path>> steps = new TreeMap<>();
    for (Cell cell : grid.cells()) {
      add(cell.name(), folder.resolve(cell.name()).resolve("samples"), steps);
    }
    List<Map<String, Object>> embedded = new ArrayList<>();
    for (long step : chosen(steps)) {
      Map<String, String> images = new LinkedHashMap<>();
      steps.get(step).forEach((name, file) -> images.put(name, embed(file)));
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("step", step);
      entry.put("images", images);
      embedded.add(entry);
    }
    return embedded;
  }

  private static void add(String cell, Path samples, Map<Long, Map<String, Path>> steps) {
    if (!Files.isDirectory(samples)) {
      return;
    }
    try (Stream<Path> files = Files.list(samples)) {
      for (Path file : files.toList()) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (name.matches()) {
          long step = Long.parseLong(name.group(1));
          steps.computeIfAbsent(step, _ -> new LinkedHashMap<>()).put(cell, file);
        }
      }
    } catch (IOException e) {
      throw cannotRead(samples, e);
    }
  }

  private static List<Long> chosen(TreeMap<Long, Map<String, Path>> steps) {
    List<Long> all = List.copyOf(steps.keySet());
    for (int count = Math.min(MAX_STEPS, all.size()); ; count--) {
      List<Long> chosen = evenly(all, count);
      if (count <= 1 || bytes(steps, chosen) <= MAX_BYTES) {
        return chosen;
      }
    }
  }

  /** With the last one always. */
  private static List<Long> evenly(List<Long> all, int count) {
    List<Long> chosen = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      chosen.add(all.get(count == 1 ? all.size() - 1 : i * (all.size() - 1) / (count - 1)));
    }
    return chosen;
  }

  private static long bytes(TreeMap<Long, Map<String, Path>> steps, List<Long> chosen) {
    long bytes = 0;
    for (long step : chosen) {
      for (Path file : steps.get(step).values()) {
        bytes += file.toFile().length();
      }
    }
    return bytes;
  }

  private static String embed(Path file) {
    try {
      byte[] png = Files.readAllBytes(file);
      return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
    } catch (IOException e) {
      throw cannotRead(file, e);
    }
  }

  private static UserException cannotRead(Path path, IOException e) {
    return new UserException("%s cannot be read: %s".formatted(path, AtomicFiles.reason(e)), e);
  }
}
