package lanewise.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import lanewise.benchmarks.compare.Comparison;
import lanewise.benchmarks.compare.PeakMemory;

/**
 * {@code compare}, {@code memory}, or JMH's own command line; in a JVM and an environment that all
 * implementations need.
 */
public final class Main {
  private static final String PREPARED = "LANEWISE_BENCHMARKS_PREPARED";

  /**
   * What makes glibc's allocator fast for libtorch, which frees its tensors in every step: memory
   * stays with the process instead of going back to the system. Lanewise pools its own.
   */
  private static final Map<String, String> ALLOCATOR =
      Map.of(
          "MALLOC_ARENA_MAX",
          "1",
          "MALLOC_MMAP_MAX_",
          "0",
          "MALLOC_TRIM_THRESHOLD_",
          Long.toString(1L << 40),
          "MALLOC_TOP_PAD_",
          Integer.toString(64 << 20));

  private Main() {}

  /** See the README beside this project's pom. */
  public static void main(String[] arguments) throws Exception {
    if (!isPrepared()) {
      System.exit(runPrepared(arguments));
    }
    String command = arguments.length == 0 ? "" : arguments[0];
    List<String> rest =
        Arrays.asList(arguments).subList(Math.min(1, arguments.length), arguments.length);
    try {
      switch (command) {
        case "compare" -> {
          if (!Comparison.main(rest)) {
            System.err.println("benchmarks: some results are wrong; see 'Failed checks'");
            System.exit(1);
          }
        }
        case "memory" -> PeakMemory.main(rest);
        default -> org.openjdk.jmh.Main.main(arguments);
      }
    } catch (IllegalArgumentException | UnsupportedOperationException e) {
      System.err.println("benchmarks: " + e.getMessage());
      System.exit(2);
    }
  }

  private static boolean isPrepared() {
    return System.getenv(PREPARED) != null
        && ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
  }

  private static int runPrepared(String[] arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(javaCommand());
    command.add(Main.class.getName());
    command.addAll(List.of(arguments));
    ProcessBuilder process = new ProcessBuilder(command).inheritIO();
    ALLOCATOR.forEach(process.environment()::putIfAbsent);
    process.environment().put(PREPARED, "1");
    return process.start().waitFor();
  }

  /** A JVM with this class path and what the implementations need. */
  public static List<String> javaCommand() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--add-modules=jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED",
        // So that no libtorch of the system is taken for parts of the one on the class path.
        "-Djava.library.path=",
        "-Djava.awt.headless=true",
        // As ./lanewise does.
        "-XX:+UseSerialGC",
        "-XX:ObjectAlignmentInBytes=64",
        "-cp",
        System.getProperty("java.class.path"));
  }
}
