package lanewise.backend.cuda.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import lanewise.backend.cuda.library.Loading.Loaded;
import lanewise.backend.cuda.library.Loading.NotFound;
import lanewise.backend.cuda.library.Loading.NotThere;
import lanewise.backend.cuda.library.Loading.Refused;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a library is looked for, and what is said of one that cannot be had. */
class LibraryLoaderTest {
  private static final String PROPERTY = "lanewise.nowhere";
  private static final String VARIABLE = "LANEWISE_NOWHERE";

  @TempDir Path dir;

  /** One that no machine has. */
  private NativeLibrary library(Path... folders) {
    return new NativeLibrary(
        "liblanewise-nowhere.so.1",
        "nowhere",
        PROPERTY,
        VARIABLE,
        Object.class,
        _ -> List.of(folders).stream().map(FolderPattern::of).toList());
  }

  private static Loading load(
      NativeLibrary library, Map<String, String> properties, Map<String, String> environment) {
    return new LibraryLoader(properties::get, environment::get).load(library);
  }

  @Test
  void whatIsNowhereComesWithEveryPlaceThatWasLookedIn() {
    Path missing = dir.resolve("missing");
    assertEquals(
        new NotFound(
            List.of(
                "the loader's path (LD_LIBRARY_PATH=/opt/a:/opt/b)",
                dir.toString(),
                missing.toString())),
        load(library(dir, missing), Map.of(), Map.of("LD_LIBRARY_PATH", "/opt/a:/opt/b")));
  }

  @Test
  void thePropertyGoesBeforeTheVariableAndBothBeforeTheUsualFolders() throws IOException {
    Path usual = Files.createDirectory(dir.resolve("usual"));
    Files.createFile(usual.resolve(library().file()));
    Map<String, String> environment = Map.of(VARIABLE, "/by/variable");
    assertEquals(
        new NotThere(VARIABLE, "/by/variable"), load(library(usual), Map.of(), environment));
    assertEquals(
        new NotThere("-D" + PROPERTY, "/by/property"),
        load(library(usual), Map.of(PROPERTY, "/by/property"), environment));
  }

  @Test
  void aFolderStandsForTheFileInIt() throws IOException {
    Map<String, String> properties = Map.of(PROPERTY, dir.toString());
    assertEquals(
        new NotThere("-D" + PROPERTY, dir.toString()), load(library(), properties, Map.of()));

    Path file = Files.createFile(dir.resolve(library().file()));
    assertRefused(file, "file too short", load(library(), properties, Map.of()));
  }

  @Test
  void aFileOfAnyNameIsTakenAsItIsAndRefusedInTheLoadersWords() throws IOException {
    Path file = Files.writeString(dir.resolve("notes.txt"), "no library ".repeat(100));
    Map<String, String> environment = Map.of(VARIABLE, file.toString());
    assertRefused(file, "invalid ELF header", load(library(), Map.of(), environment));
  }

  @Test
  void aFileThatIsRefusedHidesNoOther() throws IOException {
    Path bad = Files.createDirectory(dir.resolve("bad"));
    Files.createFile(bad.resolve(library().file()));
    Path good = Files.createDirectory(dir.resolve("good"));
    // Any library of the JDK will do.
    Path jdk = Path.of(System.getProperty("java.home"), "lib", "libzip.so");
    Path file = Files.copy(jdk, good.resolve(library().file()));
    assertEquals(new Loaded(file), load(library(bad, good), Map.of(), Map.of()));
    assertRefused(bad.resolve(library().file()), "short", load(library(bad), Map.of(), Map.of()));
  }

  private static void assertRefused(Path file, String reason, Loading loading) {
    assertTrue(
        loading instanceof Refused(Path refused, String words)
            && refused.equals(file)
            && words.contains(reason)
            && !words.contains(file.toString()),
        loading.toString());
  }
}
