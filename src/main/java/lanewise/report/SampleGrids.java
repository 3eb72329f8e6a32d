package lanewise.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The sample grids of a run, in the order of their steps. */
final class SampleGrids {
  static final int MAX_GRIDS = 40;

  /** Fewer grids are embedded where these many bytes of PNG would not hold the usual number. */
  private static final long MAX_BYTES = 4L << 20;

  private static final Pattern NAME = Pattern.compile("step-(\\d{1,18})\\.png");

  private record Grid(long step, Path file, long bytes) {}

  private final List<Grid> grids;

  private SampleGrids(List<Grid> grids) {
    this.grids = grids;
  }

  /** Finds {@code step-N.png} in a folder, which may be missing; other files are left alone. */
  static SampleGrids list(Path folder) throws IOException {
    List<Grid> grids = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          Matcher name = NAME.matcher(file.getFileName().toString());
          if (name.matches()) {
            grids.add(new Grid(Long.parseLong(name.group(1)), file, Files.size(file)));
          }
        }
      }
    }
    grids.sort(Comparator.comparingLong(Grid::step));
    return new SampleGrids(grids);
  }

  /** How many there are in the folder. */
  int count() {
    return grids.size();
  }

  /** The first, the newest and some evenly between, each as its step and a {@code data:} URI. */
  List<Map<String, Object>> embedded() throws IOException {
    List<Map<String, Object>> embedded = new ArrayList<>();
    for (Grid grid : chosen()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("step", grid.step);
      entry.put("image", embed(grid.file));
      embedded.add(entry);
    }
    return embedded;
  }

  /** A PNG as a {@code data:} URI. */
  static String embed(Path png) throws IOException {
    String base64 = Base64.getEncoder().encodeToString(Files.readAllBytes(png));
    return "data:image/png;base64," + base64;
  }

  private List<Grid> chosen() {
    int count = Math.min(grids.size(), MAX_GRIDS);
    List<Grid> chosen = evenly(count);
    while (count > 2 && chosen.stream().mapToLong(Grid::bytes).sum() > MAX_BYTES) {
      chosen = evenly(--count);
    }
    return chosen;
  }

  private List<Grid> evenly(int count) {
    List<Grid> chosen = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      chosen.add(grids.get(count == 1 ? 0 : i * (grids.size() - 1) / (count - 1)));
    }
    return chosen;
  }
}
