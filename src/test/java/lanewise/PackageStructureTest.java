package lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The one-way street of ARCHITECTURE.md: each package imports only what is to its right. */
class PackageStructureTest {
  private static final Path SOURCES = Path.of("src/main/java/lanewise");
  private static final Pattern IMPORT =
      Pattern.compile("^import (?:static )?(lanewise(?:\\.[a-z]+)*)\\.[A-Z]", Pattern.MULTILINE);

  /** For each package, the packages it may import; the root package is everyone's. */
  private static final Map<String, Set<String>> MAY_IMPORT =
      Map.ofEntries(
          Map.entry("lanewise", Set.of()),
          Map.entry("lanewise.data", Set.of("lanewise.picture")),
          Map.entry("lanewise.diagnosis", Set.of()),
          Map.entry("lanewise.io", Set.of("lanewise.io.torch")),
          Map.entry("lanewise.io.torch", Set.of()),
          Map.entry("lanewise.picture", Set.of("lanewise.io")),
          Map.entry("lanewise.metrics", Set.of()),
          Map.entry("lanewise.evaluate", Set.of("lanewise.data", "lanewise.metrics")),
          Map.entry("lanewise.report", Set.of("lanewise.io")),
          Map.entry("lanewise.backend", Set.of()),
          Map.entry("lanewise.backend.conformance", Set.of("lanewise.backend")),
          Map.entry("lanewise.backend.host", Set.of("lanewise.backend")),
          Map.entry("lanewise.backend.scalar", Set.of("lanewise.backend", "lanewise.backend.host")),
          Map.entry("lanewise.backend.simd", Set.of("lanewise.backend", "lanewise.backend.host")),
          Map.entry("lanewise.backend.cuda.driver", Set.of("lanewise.bindings.cuda")),
          Map.entry(
              "lanewise.backend.cuda.cudnn",
              Set.of(
                  "lanewise.backend",
                  "lanewise.backend.cuda.driver",
                  "lanewise.bindings.cuda",
                  "lanewise.bindings.cudnn")),
          Map.entry(
              "lanewise.backend.cuda.library",
              Set.of(
                  "lanewise.backend.cuda.driver",
                  "lanewise.bindings.cuda",
                  "lanewise.bindings.cudnn")),
          Map.entry(
              "lanewise.backend.cuda",
              Set.of(
                  "lanewise.backend",
                  "lanewise.backend.cuda.cudnn",
                  "lanewise.backend.cuda.driver",
                  "lanewise.backend.cuda.library",
                  "lanewise.bindings.cuda",
                  "lanewise.bindings.cudnn")),
          Map.entry("lanewise.autograd", Set.of("lanewise.backend")),
          Map.entry("lanewise.nn", Set.of("lanewise.autograd", "lanewise.backend")),
          Map.entry(
              "lanewise.model", Set.of("lanewise.nn", "lanewise.autograd", "lanewise.backend")),
          Map.entry(
              "lanewise.onnx",
              Set.of(
                  "lanewise.model",
                  "lanewise.nn",
                  "lanewise.autograd",
                  "lanewise.backend",
                  "lanewise.io")),
          Map.entry(
              "lanewise.inference",
              Set.of(
                  "lanewise.train",
                  "lanewise.onnx",
                  "lanewise.autograd",
                  "lanewise.picture",
                  "lanewise.io",
                  "lanewise.model",
                  "lanewise.nn",
                  "lanewise.backend")),
          Map.entry(
              "lanewise.perceptual",
              Set.of("lanewise.onnx", "lanewise.autograd", "lanewise.backend", "lanewise.io")),
          Map.entry(
              "lanewise.train.loss",
              Set.of("lanewise.perceptual", "lanewise.autograd", "lanewise.backend")),
          Map.entry(
              "lanewise.train",
              Set.of(
                  "lanewise.train.loss",
                  "lanewise.perceptual",
                  "lanewise.model",
                  "lanewise.nn",
                  "lanewise.onnx",
                  "lanewise.autograd",
                  "lanewise.backend",
                  "lanewise.data",
                  "lanewise.diagnosis",
                  "lanewise.evaluate",
                  "lanewise.io",
                  "lanewise.metrics",
                  "lanewise.picture",
                  "lanewise.report")),
          Map.entry(
              "lanewise.train.style",
              Set.of(
                  "lanewise.train",
                  "lanewise.train.loss",
                  "lanewise.perceptual",
                  "lanewise.model",
                  "lanewise.onnx",
                  "lanewise.nn",
                  "lanewise.autograd",
                  "lanewise.backend",
                  "lanewise.data",
                  "lanewise.diagnosis",
                  "lanewise.io",
                  "lanewise.picture")),
          Map.entry(
              "lanewise.train.translation",
              Set.of(
                  "lanewise.train",
                  "lanewise.train.loss",
                  "lanewise.model",
                  "lanewise.nn",
                  "lanewise.autograd",
                  "lanewise.backend",
                  "lanewise.data",
                  "lanewise.diagnosis",
                  "lanewise.io",
                  "lanewise.picture")),
          Map.entry(
              "lanewise.bench",
              Set.of(
                  "lanewise.inference",
                  "lanewise.train",
                  "lanewise.train.loss",
                  "lanewise.model",
                  "lanewise.nn",
                  "lanewise.autograd",
                  "lanewise.backend")),
          Map.entry(
              "lanewise.lab",
              Set.of(
                  "lanewise.train",
                  "lanewise.train.loss",
                  "lanewise.model",
                  "lanewise.backend",
                  "lanewise.data",
                  "lanewise.evaluate",
                  "lanewise.io",
                  "lanewise.report")),
          Map.entry(
              "lanewise.cli",
              Set.of(
                  "lanewise.bench",
                  "lanewise.inference",
                  "lanewise.lab",
                  "lanewise.train",
                  "lanewise.train.loss",
                  "lanewise.train.style",
                  "lanewise.train.translation",
                  "lanewise.perceptual",
                  "lanewise.model",
                  "lanewise.nn",
                  "lanewise.onnx",
                  "lanewise.backend",
                  "lanewise.backend.conformance",
                  "lanewise.data",
                  "lanewise.diagnosis",
                  "lanewise.evaluate",
                  "lanewise.io",
                  "lanewise.metrics",
                  "lanewise.picture")));

  @Test
  void eachPackageImportsOnlyWhatIsToItsRight() throws IOException {
    Set<String> against = new TreeSet<>();
    int imports = 0;
    for (Path file : sources()) {
      String from = packageOf(file);
      assertTrue(MAY_IMPORT.containsKey(from), from + " has no place in the street: " + file);
      Matcher matcher = IMPORT.matcher(Files.readString(file));
      while (matcher.find()) {
        imports++;
        String to = matcher.group(1);
        if (!to.equals(from) && !to.equals("lanewise") && !MAY_IMPORT.get(from).contains(to)) {
          against.add(from + " -> " + to + " in " + file.getFileName());
        }
      }
    }
    assertEquals(Set.of(), against);
    assertTrue(imports > 100, imports + " imports: the sources were not read");
  }

  private static List<Path> sources() {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String packageOf(Path file) {
    return "lanewise"
        + SOURCES
            .relativize(file.getParent())
            .toString()
            .replace('/', '.')
            .transform(name -> name.isEmpty() ? "" : "." + name);
  }
}
