package lanewise.backend.cuda;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What measurements have chosen, kept in a file for each GPU, driver and version of cuDNN, so that
 * the next run, and a run that goes on after an interruption, computes the same bits.
 *
 * <p>The file has a line for each choice, {@code what = choice}; deleting it lets all be measured
 * anew. {@code -Dlanewise.cuda.cache=FOLDER} moves it, an empty folder name keeps it in memory
 * only.
 */
final class Choices {
  static final String FOLDER_PROPERTY = "lanewise.cuda.cache";

  private static final System.Logger LOG = System.getLogger("lanewise.backend.cuda");
  private static final String SEPARATOR = " = ";

  private final Path file;
  private final Map<String, String> choices = new TreeMap<>();
  private boolean writable;

  private Choices(Path file) {
    this.file = file;
    writable = file != null;
  }

  /**
   * The choices made before, if any.
   *
   * @param machine all that choices depend on, in words
   */
  static Choices of(String machine) {
    return folder()
        .map(folder -> new Choices(folder.resolve(fileName(machine))).load())
        .orElseGet(() -> new Choices(null));
  }

  private static String fileName(String machine) {
    return machine.replaceAll("[^A-Za-z0-9.]+", "-") + ".choices";
  }

  private static Optional<Path> folder() {
    String folder = System.getProperty(FOLDER_PROPERTY);
    if (folder != null) {
      return folder.isEmpty() ? Optional.empty() : Optional.of(Path.of(folder));
    }
    String cache = System.getenv("XDG_CACHE_HOME");
    Path base =
        cache != null && Path.of(cache).isAbsolute()
            ? Path.of(cache)
            : Path.of(System.getProperty("user.home"), ".cache");
    return Optional.of(base.resolve("lanewise"));
  }

  private Choices load() {
    if (Files.exists(file)) {
      try {
        choices.putAll(read());
      } catch (IOException e) {
        LOG.log(Level.WARNING, "{0} cannot be read, so algorithms are measured anew: {1}", file, e);
      }
    }
    return this;
  }

  private Map<String, String> read() throws IOException {
    return Files.readAllLines(file).stream()
        .map(line -> line.split(SEPARATOR, 2))
        .filter(parts -> parts.length == 2)
        .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1], (a, b) -> b));
  }

  /** What was chosen before for {@code what}. */
  Optional<String> get(String what) {
    return Optional.ofNullable(choices.get(what));
  }

  /**
   * What was chosen before, or else what {@code measure} gives, from now on.
   *
   * @param valid whether what was chosen before is still to be had
   */
  String choose(String what, Predicate<String> valid, Supplier<String> measure) {
    String chosen = choices.get(what);
    if (chosen == null || !valid.test(chosen)) {
      chosen = measure.get();
      choices.put(what, chosen);
      save();
    }
    return chosen;
  }

  /** At once, as a run may end in any step; another process may have added to the file. */
  private void save() {
    if (!writable) {
      return;
    }
    try {
      Files.createDirectories(file.getParent());
      if (Files.exists(file)) {
        read().forEach(choices::putIfAbsent);
      }
      List<String> lines =
          choices.entrySet().stream().map(e -> e.getKey() + SEPARATOR + e.getValue()).toList();
      Path written = Files.createTempFile(file.getParent(), "choices", ".tmp");
      Files.write(written, lines);
      Files.move(
          written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      writable = false;
      LOG.log(
          Level.WARNING,
          "{0} cannot be written ({1}): a later run may take other algorithms, and differ in the"
              + " last bits; -D{2}=FOLDER puts it elsewhere",
          file,
          e,
          FOLDER_PROPERTY);
    }
  }
}
