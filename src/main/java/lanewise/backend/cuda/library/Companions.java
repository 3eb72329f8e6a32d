package lanewise.backend.cuda.library;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import lanewise.bindings.cudnn.Cudnn;

/**
 * What {@code libcudnn.so.9} opens itself, by names alone and only when a call needs it: its own
 * parts, and cuBLASLt and NVRTC of its CUDA version.
 *
 * <p>The system's loader takes for a name what is already loaded under it. So those that lie beside
 * cuDNN are loaded first: another version on the loader's path cannot get among them, and pip's
 * packages, which put each library into a folder of its own, need no LD_LIBRARY_PATH.
 */
public final class Companions {
  private static final System.Logger LOG = System.getLogger("lanewise.backend.cuda");

  /** Where libcudnn.so.9 cannot load one of these, it does not report it but aborts the process. */
  private static final List<String> NEEDED =
      List.of("libcudnn_graph.so.9", "libcudnn_ops.so.9", "libcudnn_cnn.so.9");

  private Companions() {}

  /**
   * Loads the parts that cuDNN cannot do without; comes before every call of it.
   *
   * @param cudnn the file that was loaded as cuDNN
   * @return what is wrong with one of them, or nothing
   */
  static Optional<String> loadNeeded(Path cudnn) {
    List<Path> beside = new ArrayList<>();
    for (String part : NEEDED) {
      // cuDNN looks where it was loaded from, be that a link or not.
      Optional<Path> file =
          Stream.of(cudnn.getParent(), folder(cudnn))
              .map(folder -> folder.resolve(part))
              .filter(Files::exists)
              .findFirst();
      file.ifPresent(beside::add);
      if (file.isEmpty() && !isFoundByName(part)) {
        return Optional.of(
            "%s needs %s, which is neither beside it nor on the loader's path"
                .formatted(cudnn, part));
      }
    }
    return load(beside).entrySet().stream()
        .findFirst()
        .map(
            part ->
                "%s needs %s, which cannot be loaded: %s"
                    .formatted(cudnn, part.getKey().getFileName(), part.getValue()));
  }

  /** Whether the system's loader finds a library, which then stays loaded. */
  private static boolean isFoundByName(String name) {
    try {
      SymbolLookup.libraryLookup(name, Arena.global());
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  /**
   * Loads those there are; what is missing is the loader's to find when cuDNN asks for it.
   *
   * @param cudnn the file that was loaded as cuDNN
   */
  public static void load(Path cudnn) {
    load(files(folder(cudnn), (int) (Cudnn.cudnnGetCudartVersion() / 1000)))
        .forEach(
            (file, reason) ->
                LOG.log(Level.DEBUG, "Beside cuDNN, {0} cannot be loaded: {1}", file, reason));
  }

  /** Loads what can be loaded; returns the rest, each with the loader's reason. */
  static Map<Path, String> load(List<Path> files) {
    int before = files.size();
    Map<Path, String> refused = tryToLoad(files);
    // They depend on one another: what fails at first may load after others have.
    while (!refused.isEmpty() && refused.size() < before) {
      before = refused.size();
      refused = tryToLoad(refused.keySet());
    }
    return refused;
  }

  private static Map<Path, String> tryToLoad(Collection<Path> files) {
    Map<Path, String> refused = new LinkedHashMap<>();
    for (Path file : files) {
      try {
        System.load(file.toString());
      } catch (UnsatisfiedLinkError e) {
        refused.put(file, e.getMessage().replace(file + ": ", ""));
      }
    }
    return refused;
  }

  private static Path folder(Path cudnn) {
    try {
      return cudnn.toRealPath().getParent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Those beside the cuDNN in {@code folder}.
   *
   * @param cuda the major version of CUDA that this cuDNN was made for
   */
  static List<Path> files(Path folder, int cuda) {
    List<Path> files = new ArrayList<>(FolderPattern.matches(folder, "libcudnn_*.so.9"));
    files.addAll(ofCuda(folder, cuda, "cublas", "libcublasLt.so." + cuda));
    files.addAll(
        ofCuda(
            folder,
            cuda,
            "cuda_nvrtc",
            "{libnvrtc.so.%1$d,libnvrtc-builtins.so.%1$d.*}".formatted(cuda)));
    return files;
  }

  /**
   * Files of CUDA: in cuDNN's own folder, or in those of pip's packages, which are {@code
   * nvidia/cudnn/lib}, {@code nvidia/cublas/lib} and so on, and since CUDA 13 {@code
   * nvidia/cu13/lib}.
   */
  private static List<Path> ofCuda(Path folder, int cuda, String part, String name) {
    Path packages = folder.resolve("../..").normalize();
    return Stream.of(
            folder, packages.resolve(part + "/lib"), packages.resolve("cu" + cuda + "/lib"))
        .map(place -> FolderPattern.matches(place, name))
        .filter(matches -> !matches.isEmpty())
        .findFirst()
        .orElse(List.of());
  }
}
