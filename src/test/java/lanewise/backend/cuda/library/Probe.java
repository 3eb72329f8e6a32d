package lanewise.backend.cuda.library;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import lanewise.backend.BackendProvider.Availability.Available;
import lanewise.backend.BackendProvider.Availability.Unavailable;
import lanewise.backend.cuda.CudaProvider;

/** Asks in a JVM of its own whether the engine can run: what is loaded stays loaded. */
final class Probe {
  static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

  private Probe() {}

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

  /**
   * All that is said.
   *
   * @param prefix of the command line: {@code env} with variables, or nothing
   */
  static List<String> lines(List<String> prefix, String... flags)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flags));
    // Of a file that is no library the JVM warns.
    command.addAll(List.of("-XX:+DisplayVMOutputToStderr", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path")));
    command.add(Probe.class.getName());
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().keySet().removeIf(name -> name.startsWith("LANEWISE_"));
    builder.environment().remove("CUDA_VISIBLE_DEVICES");
    Process process = builder.start();
    try {
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.waitFor(), out);
      return out.lines().toList();
    } finally {
      process.destroyForcibly();
    }
  }

  /** What is said, which is one line. */
  static String line(List<String> prefix, String... flags)
      throws IOException, InterruptedException {
    List<String> lines = lines(prefix, flags);
    assertEquals(1, lines.size(), lines.toString());
    return lines.getFirst();
  }
}
