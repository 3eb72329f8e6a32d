package lanewise.backend.cuda.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import lanewise.backend.BackendProvider.Availability.Available;
import lanewise.backend.BackendProvider.Availability.Unavailable;
import lanewise.backend.cuda.CudaProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is said of each thing that can be wrong with a machine, in JVMs of their own: what is loaded
 * stays loaded.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InstallationTest {
  @TempDir Path dir;

  /** The other JVM: one line for each of what is said. */
  public static void main(String[] args) {
    switch (new CudaProvider().availability()) {
      case Available(String device, List<String> details) -> {
        System.out.println(device);
        details.forEach(System.out::println);
      }
      case Unavailable(String reason, String remedy) -> System.out.println(reason + "; " + remedy);
    }
  }

  private static List<String> said(Map<String, String> environment, String... flags)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flags));
    // Of a file that is no library the JVM warns.
    command.add("-XX:+DisplayVMOutputToStderr");
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"));
    command.addAll(
        List.of(System.getProperty("java.class.path"), InstallationTest.class.getName()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("LANEWISE_"));
    builder.environment().remove("CUDA_VISIBLE_DEVICES");
    builder.environment().putAll(environment);
    Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try {
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.waitFor(), out);
      return out.lines().toList();
    } finally {
      process.destroyForcibly();
    }
  }

  private static String line(Map<String, String> environment, String... flags)
      throws IOException, InterruptedException {
    List<String> lines = said(environment, flags);
    assertEquals(1, lines.size(), lines.toString());
    return lines.getFirst();
  }

  private static Path emulator() {
    Path folder = Path.of("target/emulator").toAbsolutePath();
    assumeTrue(Files.exists(folder.resolve("libcudnn.so.9")), "the emulator is not built");
    return folder;
  }

  /** The emulator in the place of the driver and of cuDNN, with {@code faults} and more. */
  private static Map<String, String> emulated(String faults, String... more) {
    Map<String, String> environment = new TreeMap<>();
    environment.put("LANEWISE_CUDA", emulator().toString());
    environment.put("LANEWISE_CUDNN", emulator().toString());
    environment.put("LANEWISE_EMULATOR", faults);
    for (int i = 0; i < more.length; i += 2) {
      environment.put(more[i], more[i + 1]);
    }
    return environment;
  }

  @Test
  void whereTheUserSaysThatItIsIsTheOnlyPlaceThatIsLookedIn() throws Exception {
    String said =
        " names "
            + dir
            + ", but no libcuda.so.1 is there; correct it, or leave it out to have the usual"
            + " folders searched";
    assertEquals("-Dlanewise.cuda" + said, line(Map.of(), "-Dlanewise.cuda=" + dir));
    assertEquals("LANEWISE_CUDA" + said, line(Map.of("LANEWISE_CUDA", dir.toString())));
  }

  @Test
  void aFileThatIsNoLibraryIsRefusedInTheLoadersWords() throws Exception {
    Path file = Files.createFile(dir.resolve("libcuda.so.1"));
    String said = line(Map.of("LANEWISE_CUDA", dir.toString()));
    assertTrue(said.startsWith(file + " cannot be loaded: file too short; "), said);
  }

  @Test
  void withoutNativeAccessTheFlagIsNamed() throws Exception {
    assertEquals(
        "the JVM does not let Lanewise call native libraries; start java with"
            + " --enable-native-access=ALL-UNNAMED",
        line(Map.of("LANEWISE_CUDA", dir.toString()), "--illegal-native-access=deny"));
  }

  @Test
  void elsewhereThanOnLinuxItSaysSo() throws Exception {
    assertEquals(
        "the engine for GPUs runs on Linux and in WSL 2, not on Mac OS X; use --backend simd",
        line(Map.of(), "-Dos.name=Mac OS X"));
  }

  @Test
  void whatIsThereIsShownWithVersionsAndFiles() throws Exception {
    List<String> lines = said(emulated(""));
    assertEquals(3, lines.size(), lines.toString());
    assertTrue(lines.get(0).matches("emulated GPU, [0-9.]+ GiB"), lines.toString());
    String driver = "driver.* for CUDA 12\\.8: " + emulator().resolve("libcuda.so.1");
    assertTrue(lines.get(1).matches(driver), lines.toString());
    String cudnn = "cuDNN 9\\.[0-9]+\\.[0-9]+: " + emulator().resolve("libcudnn.so.9");
    assertTrue(lines.get(2).matches(cudnn), lines.toString());
  }

  @Test
  void theSystemsLoaderIsAskedByNameAndTellsTheFile() throws Exception {
    List<String> lines = said(Map.of("LD_LIBRARY_PATH", emulator().toString()));
    assertEquals(3, lines.size(), lines.toString());
    assertTrue(lines.get(1).endsWith(": " + emulator().resolve("libcuda.so.1")), lines.toString());
    assertTrue(lines.get(2).endsWith(": " + emulator().resolve("libcudnn.so.9")), lines.toString());
  }

  @Test
  void pipsCudnnIsFoundInTheVirtualEnvironment() throws Exception {
    Path lib =
        Files.createDirectories(
            dir.resolve("lib/python3.12/site-packages/nvidia/cudnn/lib").toAbsolutePath());
    Files.copy(emulator().resolve("libcudnn.so.9"), lib.resolve("libcudnn.so.9"));
    // cuDNN's double needs the driver's, which the bindings' loader has by then.
    Map<String, String> environment = emulated("", "VIRTUAL_ENV", dir.toString());
    environment.remove("LANEWISE_CUDNN");
    List<String> lines = said(environment);
    assertTrue(lines.getLast().endsWith(": " + lib.resolve("libcudnn.so.9")), lines.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          driver=11040 | the driver is too old: it supports CUDA 11.4, and 12.0 is needed; \
          update NVIDIA's driver to 525.60 or newer
          devices=0 | the driver finds no GPU; see what nvidia-smi lists, or use --backend simd
          fail=cuInit:1:100 | the driver finds no GPU; see what nvidia-smi lists, or use \
          --backend simd
          """)
  void anUnusableDriverIsExplained(String fault, String expected) throws Exception {
    assertEquals(expected, line(emulated(fault)));
  }

  @Test
  void hiddenGpusAreExplained() throws Exception {
    assertEquals(
        "the driver finds no GPU, with CUDA_VISIBLE_DEVICES=7; unset CUDA_VISIBLE_DEVICES, or set"
            + " it to numbers that nvidia-smi lists",
        line(emulated("devices=0", "CUDA_VISIBLE_DEVICES", "7")));
  }

  @ParameterizedTest
  @CsvSource({
    "802, CUDA_ERROR_SYSTEM_NOT_READY, start nvidia-fabricmanager",
    "803, CUDA_ERROR_SYSTEM_DRIVER_MISMATCH, restart the machine",
    "999, CUDA_ERROR_UNKNOWN, see whether nvidia-smi shows the GPU as sound"
  })
  void aDriverThatDoesNotStartIsExplained(int status, String name, String remedy) throws Exception {
    String said = line(emulated("fail=cuInit:1:" + status));
    assertTrue(said.startsWith("GPU: cuInit failed: "), said);
    assertTrue(said.contains(name) || said.contains("status " + status), said);
    assertTrue(said.contains("; " + remedy), said);
  }

  @Test
  void anotherMajorVersionOfCudnnIsRefused() throws Exception {
    assertEquals(
        emulator().resolve("libcudnn.so.9")
            + " is cuDNN 8, and 9 is needed; install cuDNN 9 (pip install nvidia-cudnn-cu12)",
        line(emulated("cudnn=8900")));
  }

  @Test
  void anotherLibraryInItsPlaceIsRefused() throws Exception {
    Path jdk = Path.of(System.getProperty("java.home"), "lib", "libzip.so");
    Path other = Files.copy(jdk, dir.resolve("libcudnn.so.9"));
    assertEquals(
        other
            + " is another library: it lacks cudnnGetVersion; install cuDNN 9 (pip install"
            + " nvidia-cudnn-cu12)",
        line(emulated("", "LANEWISE_CUDNN", other.toString())));
  }

  @ParameterizedTest
  @CsvSource({
    "libcuda.so.1, LANEWISE_CUDA, cuLaunchKernel, update NVIDIA's driver to 525.60 or newer",
    "libcudnn.so.9, LANEWISE_CUDNN, cudnnBackendFinalize,"
        + " install cuDNN 9 (pip install nvidia-cudnn-cu12)"
  })
  void aFunctionThatIsMissingIsNamed(
      String library, String variable, String function, String remedy) throws Exception {
    Path file = without(function, emulator().resolve(library));
    assertEquals(
        file + " lacks " + function + "; " + remedy, line(emulated("", variable, file.toString())));
  }

  /** A copy of a library in which a function has another name. */
  private Path without(String function, Path library) throws IOException {
    String bytes = Files.readString(library, StandardCharsets.ISO_8859_1);
    String name = "\0" + function + "\0";
    assertTrue(bytes.contains(name), function);
    String renamed = "\0" + "x".repeat(function.length()) + "\0";
    return Files.writeString(
        dir.resolve(library.getFileName()),
        bytes.replace(name, renamed),
        StandardCharsets.ISO_8859_1);
  }
}
