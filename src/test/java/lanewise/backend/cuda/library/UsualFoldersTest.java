package lanewise.backend.cuda.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The places of conda, pip, the toolkit and the distribution, and what lies beside cuDNN there. */
class UsualFoldersTest {
  @TempDir Path temporary;
  private Path dir;

  @BeforeEach
  void resolveLinks() throws IOException {
    dir = temporary.toRealPath();
  }

  private Path folder(String path) throws IOException {
    return Files.createDirectories(dir.resolve(path));
  }

  private void files(Path folder, String... names) throws IOException {
    for (String name : names) {
      Files.createFile(folder.resolve(name));
    }
  }

  /** Makes {@code bin/python3} in a prefix; returns the folder {@code bin}. */
  private Path python(String prefix) throws IOException {
    Path bin = folder(prefix + "/bin");
    Files.createFile(
        bin.resolve("python3"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return bin;
  }

  /** The folders for cuDNN below the temporary one. */
  private List<Path> cudnn(Map<String, String> environment) {
    return UsualFolders.ofCudnn(environment::get).stream()
        .flatMap(pattern -> pattern.folders().stream())
        .filter(folder -> folder.startsWith(dir))
        .toList();
  }

  @Test
  void anEnvironmentThatIsActiveComesFirst() throws IOException {
    Path conda = folder("conda/lib");
    Path venv = folder("venv/lib/python3.12/site-packages/nvidia/cudnn/lib");
    Path user = folder("home/.local/lib/python3.13/site-packages/nvidia/cudnn/lib");
    Path toolkit = folder("cuda/lib64");
    Map<String, String> environment =
        Map.of(
            "CONDA_PREFIX", dir.resolve("conda").toString(),
            "VIRTUAL_ENV", dir.resolve("venv").toString(),
            "HOME", dir.resolve("home").toString(),
            "CUDA_HOME", dir.resolve("cuda").toString());
    assertEquals(List.of(conda, venv, user, toolkit), cudnn(environment));
  }

  @Test
  void thePythonOnThePathIsFollowedFromItsVirtualEnvironmentToItsOwnPackages() throws IOException {
    Path bin = python("usr");
    Path own = folder("usr/lib/python3/dist-packages/nvidia/cudnn/lib");
    Path local = folder("usr/lib/python3.11/site-packages/nvidia/cudnn/lib");
    Path venvBin = folder("venv/bin");
    Files.createSymbolicLink(venvBin.resolve("python3"), bin.resolve("python3"));
    Path venv = folder("venv/lib64/python3.11/site-packages/nvidia/cudnn/lib");
    String path = String.join(":", "", "relative", dir.resolve("none").toString(), "" + venvBin);

    assertEquals(List.of(local, own), cudnn(Map.of("PATH", path)), "a link alone");
    files(dir.resolve("venv"), "pyvenv.cfg");
    assertEquals(List.of(venv, local, own), cudnn(Map.of("PATH", path)));
  }

  @Test
  void thePlacesOfTheDistributionAndOfContainersAreThere() {
    List<String> driver = UsualFolders.ofDriver().stream().map(FolderPattern::toString).toList();
    List<String> cudnn =
        UsualFolders.ofCudnn(Map.<String, String>of()::get).stream()
            .map(FolderPattern::toString)
            .toList();
    assertTrue(driver.contains("/usr/lib/wsl/lib"), driver.toString());
    assertTrue(cudnn.contains("/usr/local/cuda/lib64"), cudnn.toString());
    String pip = "/usr/local/lib*/python3*/{site,dist}-packages/nvidia/cudnn/lib";
    assertTrue(cudnn.contains(pip), cudnn.toString());
    for (List<String> folders : List.of(driver, cudnn)) {
      assertTrue(folders.contains("/usr/lib/x86_64-linux-gnu"), folders.toString());
      assertTrue(folders.contains("/usr/lib/aarch64-linux-gnu"), folders.toString());
      assertTrue(folders.contains("/usr/local/nvidia/lib64"), folders.toString());
    }
  }

  @Test
  void pipsPackagesLieSideBySide() throws IOException {
    Path cudnn = folder("nvidia/cudnn/lib");
    files(cudnn, "libcudnn.so.9", "libcudnn_ops.so.9", "libcudnn_graph.so.9", "libcudnn_x.so.8");
    files(folder("nvidia/cublas/lib"), "libcublas.so.12", "libcublasLt.so.12");
    files(
        folder("nvidia/cuda_nvrtc/lib"),
        "libnvrtc.so.12",
        "libnvrtc-builtins.so.12.4",
        "libnvrtc.alt.so.12");
    files(folder("nvidia/cu13/lib"), "libcublasLt.so.13", "libnvrtc.so.13");
    assertEquals(
        List.of(
            "cudnn/lib/libcudnn_ops.so.9",
            "cudnn/lib/libcudnn_graph.so.9",
            "cublas/lib/libcublasLt.so.12",
            "cuda_nvrtc/lib/libnvrtc.so.12",
            "cuda_nvrtc/lib/libnvrtc-builtins.so.12.4"),
        companions(cudnn, 12).toList());
    assertEquals(
        List.of(
            "cudnn/lib/libcudnn_ops.so.9",
            "cudnn/lib/libcudnn_graph.so.9",
            "cu13/lib/libcublasLt.so.13",
            "cu13/lib/libnvrtc.so.13"),
        companions(cudnn, 13).toList());
  }

  @Test
  void condasLieInOneFolder() throws IOException {
    Path lib = folder("nvidia/lib");
    files(lib, "libcudnn.so.9", "libcudnn_cnn.so.9", "libcublasLt.so.12", "libnvrtc.so.12");
    assertEquals(
        List.of("lib/libcudnn_cnn.so.9", "lib/libcublasLt.so.12", "lib/libnvrtc.so.12"),
        companions(lib, 12).toList());
  }

  @Test
  void whatCannotBeLoadedBesideCudnnIsLeftOut() throws IOException {
    Path jdk = Path.of(System.getProperty("java.home"), "lib", "libzip.so");
    Path good = Files.copy(jdk, dir.resolve("libcudnn_ops.so.9"));
    Path bad = Files.writeString(dir.resolve("libcudnn_cnn.so.9"), "no library ".repeat(100));
    assertEquals(Map.of(bad, "invalid ELF header"), Companions.load(List.of(bad, good)));
  }

  private Stream<String> companions(Path folder, int cuda) {
    return Companions.files(folder, cuda).stream()
        .map(file -> dir.resolve("nvidia").relativize(file).toString());
  }
}
