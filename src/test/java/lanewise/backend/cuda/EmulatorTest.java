package lanewise.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The emulator has what the bindings ask for, and can be made to lack it. */
@OnEmulator
class EmulatorTest {
  private static final String FUNCTION = "--include-function ";
  private static final Path FOLDER = Path.of("target/emulator");

  @Test
  void itHasEveryFunctionOfTheBindings() throws IOException {
    assertEquals(List.of(), missing("cuda", FOLDER.resolve("libcuda.so.1")));
    assertEquals(List.of(), missing("cudnn", FOLDER.resolve("libcudnn.so.9")));
  }

  @Test
  void aFunctionCanBeLeftOut(@TempDir Path dir) throws IOException {
    Emulator.copyWithout("cudnnSetStream", dir);
    assertEquals(List.of("cudnnSetStream"), missing("cudnn", dir.resolve("libcudnn.so.9")));
  }

  private static List<String> missing(String symbols, Path library) throws IOException {
    try (Arena arena = Arena.ofConfined();
        Stream<String> lines = Files.lines(Path.of("bindings/symbols", symbols + ".txt"))) {
      SymbolLookup lookup = SymbolLookup.libraryLookup(library.toAbsolutePath(), arena);
      List<String> functions =
          lines.filter(line -> line.startsWith(FUNCTION)).map(EmulatorTest::name).toList();
      assertTrue(functions.size() > 20, "no list of symbols");
      return functions.stream().filter(name -> lookup.find(name).isEmpty()).toList();
    }
  }

  private static String name(String line) {
    return line.substring(FUNCTION.length()).strip();
  }
}
