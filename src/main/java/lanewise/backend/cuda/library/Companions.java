package lanewise.backend.cuda.library;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

  private Companions() {}

  /**
   * Loads those there are; what is missing is the loader's to find when cuDNN asks for it.
   *
   * @param cudnn the file that was loaded as cuDNN
   */
  public static void load(Path cudnn) {
    load(files(folder(cudnn), (int) (Cudnn.cudnnGetCudartVersion() / 1000)));
  }

  /** Loads what can be loaded; returns the rest. */
  static List<Path> load(List<Path> files) {
    List<Path> remaining = new ArrayList<>(files);
    // They depend on one another: what fails at first may load after others have.
    int before;
    do {
      before = remaining.size();
      remaining.removeIf(Companions::isLoaded);
    } while (!remaining.isEmpty() && remaining.size() < before);
    return remaining;
  }

  private static boolean isLoaded(Path file) {
    try {
      System.load(file.toString());
      return true;
    } catch (UnsatisfiedLinkError e) {
      LOG.log(Level.DEBUG, "GPU: beside cuDNN, {0}", e.getMessage());
      return false;
    }
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
