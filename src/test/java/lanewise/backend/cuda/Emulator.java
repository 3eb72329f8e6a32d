package lanewise.backend.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The emulated GPU of {@code native/emulator}: a driver and a cuDNN that work in the host's memory.
 *
 * <p>It is built once in a JVM, if its sources have changed.
 */
public final class Emulator {
  private static final String DRIVER_PROPERTY = "lanewise.cuda";
  private static final String CUDNN_PROPERTY = "lanewise.cudnn";
  private static final String CHOICES_PROPERTY = "lanewise.cuda.cache";
  private static final String DRIVER_FILE = "libcuda.so.1";
  private static final String CUDNN_FILE = "libcudnn.so.9";
  private static final List<String> PARTS =
      List.of("libcudnn_graph.so.9", "libcudnn_ops.so.9", "libcudnn_cnn.so.9");
  private static final Path FOLDER = Path.of("target", "emulator").toAbsolutePath();
  private static final int TEXT_BYTES = 4096;

  /** How build.sh ends without one. */
  private static final int NO_COMPILER = 3;

  /** Whether the tests were given other libraries, those of a real GPU. */
  private static final boolean REPLACED = System.getProperty(DRIVER_PROPERTY) != null;

  private static final Optional<String> MISSING = REPLACED ? Optional.empty() : prepare();

  private Emulator() {}

  /** What is missing to build the emulator, in words; empty if it is there. */
  static Optional<String> missing() {
    return MISSING;
  }

  /** Whether tests run on the emulator, and not on a real GPU. */
  static boolean isUsed() {
    return !REPLACED && MISSING.isEmpty();
  }

  /** Builds the libraries and makes this JVM take them; gives what is missing to do so. */
  private static Optional<String> prepare() {
    try {
      Process build =
          new ProcessBuilder("bash", "native/emulator/build.sh", FOLDER.toString())
              .redirectErrorStream(true)
              .start();
      String output =
          new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      int status = build.waitFor();
      if (status == NO_COMPILER) {
        return Optional.of(output);
      }
      if (status != 0) {
        throw new IllegalStateException("The emulated GPU cannot be built: " + output);
      }
    } catch (IOException e) {
      return Optional.of(e.getMessage());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    System.setProperty(DRIVER_PROPERTY, FOLDER.resolve(DRIVER_FILE).toString());
    System.setProperty(CUDNN_PROPERTY, FOLDER.resolve(CUDNN_FILE).toString());
    // What is measured here is nothing to keep.
    System.setProperty(CHOICES_PROPERTY, "");
    return Optional.empty();
  }

  /**
   * What goes before a command line so that it takes the emulated GPU.
   *
   * @param settings as {@code native/emulator/README.md} lists them
   */
  public static List<String> environment(String settings) {
    return environment(FOLDER, settings);
  }

  /** As {@link #environment(String)}, with libraries from another folder. */
  public static List<String> environment(Path libraries, String settings) {
    return List.of(
        "env",
        "LANEWISE_CUDA=" + libraries.resolve(DRIVER_FILE),
        "LANEWISE_CUDNN=" + libraries.resolve(CUDNN_FILE),
        "LANEWISE_EMULATOR=" + settings);
  }

  /** Puts libraries that lack a function into a folder. */
  public static void copyWithout(String function, Path folder) throws IOException {
    for (String file : List.of(DRIVER_FILE, CUDNN_FILE)) {
      // The names of what a library exports lie in it as they are, each between two zeros.
      String bytes = Files.readString(FOLDER.resolve(file), StandardCharsets.ISO_8859_1);
      String hidden = "_".repeat(function.length());
      Files.writeString(
          folder.resolve(file),
          bytes.replace("\0" + function + "\0", "\0" + hidden + "\0"),
          StandardCharsets.ISO_8859_1);
    }
    for (String part : PARTS) {
      Files.copy(FOLDER.resolve(part), folder.resolve(part));
    }
  }

  /** Gives this JVM's emulator new settings and forgets what it has counted. */
  public static void configure(String settings) {
    try (Arena arena = Arena.ofConfined()) {
      function("lanewiseEmulatorConfigure", FunctionDescriptor.ofVoid(ADDRESS))
          .invoke(arena.allocateFrom(settings));
    } catch (Throwable e) {
      throw new LinkageError("lanewiseEmulatorConfigure", e);
    }
  }

  /** What this JVM has made on the emulated GPU and not yet closed, or an empty text. */
  public static String liveObjects() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(TEXT_BYTES);
      var _ =
          (long)
              function(
                      "lanewiseEmulatorLiveObjects",
                      FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG))
                  .invokeExact(text, (long) TEXT_BYTES);
      return text.getString(0);
    } catch (Throwable e) {
      throw new LinkageError("lanewiseEmulatorLiveObjects", e);
    }
  }

  /** How often this JVM has called a function since the last {@link #configure}. */
  public static long calls(String name) {
    try (Arena arena = Arena.ofConfined()) {
      return (long)
          function("lanewiseEmulatorCalls", FunctionDescriptor.of(JAVA_LONG, ADDRESS))
              .invokeExact(arena.allocateFrom(name));
    } catch (Throwable e) {
      throw new LinkageError("lanewiseEmulatorCalls", e);
    }
  }

  private static MethodHandle function(String name, FunctionDescriptor type) {
    // What is loaded already is not loaded again.
    SymbolLookup library = SymbolLookup.libraryLookup(FOLDER.resolve(DRIVER_FILE), Arena.global());
    return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), type);
  }
}
