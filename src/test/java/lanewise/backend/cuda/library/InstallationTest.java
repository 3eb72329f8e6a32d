package lanewise.backend.cuda.library;

import static lanewise.backend.cuda.library.Probe.NATIVE_ACCESS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is said on any machine where the libraries are not to be had. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InstallationTest {
  @TempDir Path dir;

  private List<String> driverInFolder() {
    return List.of("env", "LANEWISE_CUDA=" + dir);
  }

  @Test
  void whereTheUserSaysThatItIsIsTheOnlyPlaceThatIsLookedIn() throws Exception {
    String said =
        " names "
            + dir
            + ", but no libcuda.so.1 is there; correct it, or leave it out to have the usual"
            + " folders searched";
    assertEquals("LANEWISE_CUDA" + said, Probe.line(driverInFolder(), NATIVE_ACCESS));
    assertEquals(
        "-Dlanewise.cuda" + said,
        Probe.line(List.of("env", "LANEWISE_CUDA=/x"), NATIVE_ACCESS, "-Dlanewise.cuda=" + dir));
  }

  @Test
  void aFileThatIsNoLibraryIsRefusedInTheLoadersWords() throws Exception {
    Path file = Files.createFile(dir.resolve("libcuda.so.1"));
    String said = Probe.line(driverInFolder(), NATIVE_ACCESS);
    assertTrue(said.startsWith(file + " cannot be loaded: file too short; "), said);
  }

  @Test
  void withoutNativeAccessTheFlagIsNamed() throws Exception {
    assertEquals(
        "the JVM does not let Lanewise call native libraries; start java with " + NATIVE_ACCESS,
        Probe.line(List.of(), "--illegal-native-access=deny"));
  }

  @Test
  void elsewhereThanOnLinuxItSaysSo() throws Exception {
    assertEquals(
        "the engine for GPUs runs on Linux and in WSL 2, not on Mac OS X; use --backend simd",
        Probe.line(List.of(), NATIVE_ACCESS, "-Dos.name=Mac OS X"));
  }
}
