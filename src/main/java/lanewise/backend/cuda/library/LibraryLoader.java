package lanewise.backend.cuda.library;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import lanewise.backend.cuda.library.Loading.Loaded;
import lanewise.backend.cuda.library.Loading.NotFound;
import lanewise.backend.cuda.library.Loading.NotThere;
import lanewise.backend.cuda.library.Loading.Refused;

/**
 * Finds a library and loads it: where the user says it is and nowhere else, or else what the
 * system's loader finds by the name, or else in the {@link UsualFolders}.
 *
 * <p>It is loaded by {@link System#load} from this class, because the bindings look symbols up in
 * what their own class loader has loaded.
 */
final class LibraryLoader {
  private final UnaryOperator<String> properties;
  private final UnaryOperator<String> environment;

  /** Takes from names to values or null: system properties, and variables of the environment. */
  LibraryLoader(UnaryOperator<String> properties, UnaryOperator<String> environment) {
    this.properties = properties;
    this.environment = environment;
  }

  Loading load(NativeLibrary library) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("-D" + library.property(), properties.apply(library.property()));
    settings.put(library.variable(), environment.apply(library.variable()));
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      String path = setting.getValue();
      if (path != null && !path.isEmpty()) {
        return named(path, library)
            .map(LibraryLoader::load)
            .orElseGet(() -> new NotThere(setting.getKey(), path));
      }
    }
    return search(library);
  }

  /** The file that the user means by {@code path}, itself or in that folder. */
  private static Optional<Path> named(String path, NativeLibrary library) {
    try {
      Path file = Path.of(path).toAbsolutePath().normalize();
      return Optional.of(Files.isDirectory(file) ? file.resolve(library.file()) : file)
          .filter(Files::isRegularFile);
    } catch (InvalidPathException _) {
      return Optional.empty();
    }
  }

  private Loading search(NativeLibrary library) {
    List<String> places = new ArrayList<>();
    List<Path> files = new ArrayList<>();
    String loaderPath = environment.apply("LD_LIBRARY_PATH");
    places.add(
        loaderPath == null || loaderPath.isEmpty()
            ? "the loader's path (LD_LIBRARY_PATH is not set)"
            : "the loader's path (LD_LIBRARY_PATH=" + loaderPath + ")");
    foundByName(library).ifPresent(files::add);
    for (FolderPattern pattern : library.usualFolders().apply(environment)) {
      places.add(pattern.toString());
      pattern.folders().stream()
          .map(folder -> folder.resolve(library.file()))
          .filter(Files::isRegularFile)
          .forEach(files::add);
    }
    // One that is refused (of another architecture, say) hides no other.
    Loading refused = null;
    for (Path file : files) {
      Loading loading = load(file);
      if (loading instanceof Loaded) {
        return loading;
      }
      refused = refused == null ? loading : refused;
    }
    return refused == null ? new NotFound(places) : refused;
  }

  private static Loading load(Path file) {
    try {
      System.load(file.toString());
      return new Loaded(file);
    } catch (UnsatisfiedLinkError e) {
      return new Refused(file, e.getMessage().replace(file + ": ", ""));
    }
  }

  /**
   * The file that the system's loader takes for the name alone, by LD_LIBRARY_PATH, its cache and
   * its folders. System.load wants a path, so the loader is asked what it took.
   */
  private static Optional<Path> foundByName(NativeLibrary library) {
    try (Arena arena = Arena.ofConfined()) {
      return SymbolLookup.libraryLookup(library.file(), arena)
          .find(library.probe())
          .map(function -> fileOf(function, arena));
    } catch (IllegalArgumentException _) {
      // It took none.
      return Optional.empty();
    }
  }

  /** The file that a loaded function comes from: {@code dladdr} of the C library. */
  private static Path fileOf(MemorySegment function, Arena arena) {
    Linker linker = Linker.nativeLinker();
    // A Dl_info is four pointers, the first of them the name of the file.
    MemorySegment info = arena.allocate(ADDRESS, 4);
    try {
      int found =
          (int)
              linker
                  .downcallHandle(
                      linker.defaultLookup().findOrThrow("dladdr"),
                      FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS))
                  .invokeExact(function, info);
      if (found == 0) {
        throw new IllegalStateException("dladdr does not know a function that was just looked up");
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
    String file = info.get(ADDRESS, 0).reinterpret(Long.MAX_VALUE).getString(0);
    return Path.of(file).toAbsolutePath();
  }
}
