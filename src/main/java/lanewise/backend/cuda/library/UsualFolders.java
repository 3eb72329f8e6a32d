package lanewise.backend.cuda.library;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Where installers put NVIDIA's libraries, whether the system's loader looks there or not. */
final class UsualFolders {
  private static final List<String> SYSTEM =
      List.of("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib");

  private UsualFolders() {}

  /** The distribution's, WSL's, and what NVIDIA's container runtimes mount. */
  static List<FolderPattern> ofDriver() {
    return Stream.concat(SYSTEM.stream(), Stream.of("/usr/lib/wsl/lib", "/usr/local/nvidia/lib64"))
        .map(UsualFolders::folder)
        .toList();
  }

  /**
   * Those of conda, pip, the CUDA toolkit and the distribution; an active environment comes first.
   *
   * @param environment from the names of variables to their values or null
   */
  static List<FolderPattern> ofCudnn(UnaryOperator<String> environment) {
    List<FolderPattern> folders = new ArrayList<>();
    variable(environment, "CONDA_PREFIX")
        .map(conda -> conda.resolve("lib"))
        .map(FolderPattern::of)
        .ifPresent(folders::add);
    pythons(environment).stream().map(UsualFolders::pip).forEach(folders::add);
    Stream.of("CUDA_HOME", "CUDA_PATH")
        .flatMap(name -> variable(environment, name).stream())
        .map(cuda -> FolderPattern.of(cuda.resolve("lib64")))
        .forEach(folders::add);
    folders.add(folder("/usr/local/cuda/lib64"));
    SYSTEM.stream().map(UsualFolders::folder).forEach(folders::add);
    folders.add(folder("/usr/local/nvidia/lib64"));
    return folders.stream().distinct().toList();
  }

  private static FolderPattern folder(String path) {
    return FolderPattern.of(Path.of(path));
  }

  /** Where pip unpacks {@code nvidia-cudnn-cu12} for the Python installed in {@code prefix}. */
  private static FolderPattern pip(Path prefix) {
    return FolderPattern.of(
        prefix, "lib*", "python3*", "{site,dist}-packages", "nvidia", "cudnn", "lib");
  }

  /** Where Pythons are installed: the active environment's, those on the path, the user's own. */
  private static Set<Path> pythons(UnaryOperator<String> environment) {
    Set<Path> prefixes = new LinkedHashSet<>();
    variable(environment, "VIRTUAL_ENV").ifPresent(prefixes::add);
    String path = Optional.ofNullable(environment.apply("PATH")).orElse("");
    for (String bin : path.split(File.pathSeparator)) {
      Path python = Path.of(bin, "python3");
      if (python.isAbsolute() && Files.isExecutable(python)) {
        // A virtual environment's is a link to that of the Python which it was made with.
        prefix(python).filter(p -> Files.exists(p.resolve("pyvenv.cfg"))).ifPresent(prefixes::add);
        prefix(real(python)).ifPresent(prefixes::add);
      }
    }
    variable(environment, "HOME").map(home -> home.resolve(".local")).ifPresent(prefixes::add);
    // Of the system's Python, for what pip installs into Debian's.
    prefixes.add(Path.of("/usr/local"));
    return prefixes;
  }

  private static Optional<Path> prefix(Path python) {
    return Optional.ofNullable(python.getParent().getParent());
  }

  private static Path real(Path file) {
    try {
      return file.toRealPath();
    } catch (IOException _) {
      return file;
    }
  }

  private static Optional<Path> variable(UnaryOperator<String> environment, String name) {
    return Optional.ofNullable(environment.apply(name))
        .filter(value -> value.startsWith("/"))
        .map(Path::of);
  }
}
