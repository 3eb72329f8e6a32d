package lanewise.backend.cuda.library;

import static lanewise.backend.cuda.library.Probe.NATIVE_ACCESS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import lanewise.backend.cuda.Emulator;
import lanewise.backend.cuda.OnEmulator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of the emulated GPU, sound and not. */
@OnEmulator
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EmulatedInstallationTest {
  private static final Path DRIVER = Path.of("target/emulator/libcuda.so.1").toAbsolutePath();
  private static final Path CUDNN = Path.of("target/emulator/libcudnn.so.9").toAbsolutePath();
  private static final String INSTALL = "install cuDNN 9 (pip install nvidia-cudnn-cu12)";

  @TempDir Path dir;

  @BeforeEach
  void needsTheEmulatorItself() {
    assumeTrue(Files.exists(CUDNN), "a real GPU has no faults to ask for");
  }

  private static List<String> lines(List<String> prefix) throws Exception {
    return Probe.lines(prefix, NATIVE_ACCESS);
  }

  private static String line(List<String> prefix) throws Exception {
    return Probe.line(prefix, NATIVE_ACCESS);
  }

  /** The emulator, with more variables, which replace those before them. */
  private static List<String> with(String settings, String... variables) {
    List<String> prefix = new ArrayList<>(Emulator.environment(settings));
    prefix.addAll(List.of(variables));
    return prefix;
  }

  @Test
  void whatIsThereIsShownWithVersionsAndFiles() throws Exception {
    List<String> lines = lines(with(""));
    assertEquals(3, lines.size(), lines.toString());
    assertTrue(lines.get(0).matches("emulated GPU, [0-9.]+ GiB"), lines.toString());
    assertTrue(lines.get(1).matches("driver.* for CUDA 12\\.8: " + DRIVER), lines.toString());
    assertTrue(lines.get(2).matches("cuDNN 9(\\.[0-9]+){2}: " + CUDNN), lines.toString());
  }

  @Test
  void theSystemsLoaderIsAskedByNameAndTellsTheFile() throws Exception {
    List<String> lines = lines(List.of("env", "LD_LIBRARY_PATH=" + DRIVER.getParent()));
    assertEquals(3, lines.size(), lines.toString());
    assertTrue(lines.get(1).endsWith(": " + DRIVER), lines.toString());
    assertTrue(lines.get(2).endsWith(": " + CUDNN), lines.toString());
  }

  @Test
  void aFolderStandsForTheFileInIt() throws Exception {
    List<String> lines = lines(with("", "LANEWISE_CUDNN=" + CUDNN.getParent()));
    assertTrue(lines.getLast().endsWith(": " + CUDNN), lines.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "driver=11040 | the driver is too old: it supports CUDA 11.4, and 12.0 is needed;"
            + " update NVIDIA's driver to 525.60 or newer",
        "devices=0 | the driver finds no GPU; see what nvidia-smi lists, or use --backend simd",
        "capability=70 | emulated GPU has compute capability 7.0, and 7.5 is needed;"
            + " use --backend simd",
        "pools=0 | emulated GPU has no memory pools (stream-ordered allocation), which are needed;"
            + " use --backend simd",
        "fail=cuInit:1:802 | GPU: cuInit failed: status 802;"
            + " start nvidia-fabricmanager, which this machine's GPUs need",
        "fail=cuInit:1:803 | GPU: cuInit failed: status 803;"
            + " restart the machine: the driver was updated while its module was running",
        "fail=cuDeviceGetName:1:999 | GPU: cuDeviceGetName failed: CUDA_ERROR_UNKNOWN"
            + " (unknown error); see whether nvidia-smi shows the GPU as sound",
      })
  void aDriverThatCannotBeUsedIsExplained(String fault, String expected) throws Exception {
    assertEquals(expected, line(with(fault)));
  }

  @Test
  void hiddenGpusAreExplained() throws Exception {
    assertEquals(
        "the driver finds no GPU, with CUDA_VISIBLE_DEVICES=7; unset CUDA_VISIBLE_DEVICES, or set"
            + " it to numbers that nvidia-smi lists",
        line(with("devices=0", "CUDA_VISIBLE_DEVICES=7")));
  }

  @Test
  void anotherMajorVersionOfCudnnIsRefused() throws Exception {
    assertEquals(CUDNN + " is cuDNN 8, and 9 is needed; " + INSTALL, line(with("cudnn=8900")));
  }

  @Test
  void cudnnForANewerCudaThanTheDriversIsRefused() throws Exception {
    assertEquals(
        CUDNN
            + " was made for CUDA 13, and the driver supports 12.8; "
            + INSTALL
            + ", or update NVIDIA's driver",
        line(with("fail=cudnnGetCudartVersion:1:13000")));
  }

  @Test
  void anotherLibraryInItsPlaceIsRefused() throws Exception {
    Path jdk = Path.of(System.getProperty("java.home"), "lib", "libzip.so");
    Path other = Files.copy(jdk, dir.resolve("libcudnn.so.9"));
    assertEquals(
        other + " is another library: it lacks cudnnGetVersion; " + INSTALL,
        line(with("", "LANEWISE_CUDNN=" + other)));
  }

  @Test
  void aPartOfCudnnThatIsMissingIsNamedBeforeCudnnAborts() throws Exception {
    Path alone = Files.copy(CUDNN, dir.resolve("libcudnn.so.9"));
    assertEquals(
        alone
            + " needs libcudnn_graph.so.9, which is neither beside it nor on the loader's path; "
            + INSTALL,
        line(with("", "LANEWISE_CUDNN=" + alone)));
    Files.createFile(dir.resolve("libcudnn_graph.so.9"));
    copyParts("libcudnn_ops.so.9", "libcudnn_cnn.so.9");
    assertEquals(
        alone + " needs libcudnn_graph.so.9, which cannot be loaded: file too short; " + INSTALL,
        line(with("", "LANEWISE_CUDNN=" + alone)));
  }

  @Test
  void partsOfCudnnMayLieElsewhereOnTheLoadersPath() throws Exception {
    Path alone =
        Files.copy(CUDNN, Files.createDirectory(dir.resolve("a")).resolve("libcudnn.so.9"));
    copyParts("libcudnn_graph.so.9", "libcudnn_ops.so.9", "libcudnn_cnn.so.9");
    List<String> lines = lines(with("", "LANEWISE_CUDNN=" + alone, "LD_LIBRARY_PATH=" + dir));
    assertTrue(lines.getLast().endsWith(": " + alone), lines.toString());
  }

  private void copyParts(String... parts) throws IOException {
    for (String part : parts) {
      Files.copy(CUDNN.resolveSibling(part), dir.resolve(part));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "cuLaunchKernel, libcuda.so.1, update NVIDIA's driver to 525.60 or newer",
    "cudnnBackendFinalize, libcudnn.so.9, " + INSTALL
  })
  void aFunctionThatIsMissingIsNamed(String function, String file, String remedy) throws Exception {
    Emulator.copyWithout(function, dir);
    assertEquals(
        dir.resolve(file) + " lacks " + function + "; " + remedy,
        line(Emulator.environment(dir, "")));
  }
}
