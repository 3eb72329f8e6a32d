package lanewise.backend.simd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import lanewise.backend.BackendProvider.Availability.Available;
import lanewise.backend.BackendProvider.Availability.Unavailable;
import org.junit.jupiter.api.Test;

/** Asks for the availability in fresh JVMs, as it depends on how the JVM was started. */
class SimdProviderTest {
  private static final String ADD_MODULES = "--add-modules=jdk.incubator.vector";

  @Test
  void saysWhichFlagIsMissing() throws Exception {
    assertEquals(
        "the JVM runs without the Vector API; start java with --add-modules jdk.incubator.vector",
        availability());
  }

  @Test
  void usesTheWidthItIsForcedTo() throws Exception {
    assertEquals("Vector API, 128-bit, 4 lanes", availability(ADD_MODULES, forced(128)));
    assertEquals("Vector API, 256-bit, 8 lanes", availability(ADD_MODULES, forced(256)));
  }

  @Test
  void refusesAWidthThatDoesNotExist() throws Exception {
    assertEquals(
        "-Dlanewise.simd.bits=100 is no width of a vector; set 128, 256 or 512",
        availability(ADD_MODULES, forced(100)));
  }

  @Test
  void refusesAConvolutionThatDoesNotExist() throws Exception {
    assertEquals(
        "-Dlanewise.simd.conv=fft is no algorithm;"
            + " set one of gemm, winograd2, winograd4, direct, or leave the choice to the shapes",
        availability(ADD_MODULES, "-Dlanewise.simd.conv=fft"));
  }

  /** The other JVM. */
  public static void main(String[] args) {
    System.out.print(
        switch (new SimdProvider().availability()) {
          case Available(String device, List<String> _) -> device;
          case Unavailable(String reason, String remedy) -> reason + "; " + remedy;
        });
  }

  private static String forced(int bits) {
    return "-Dlanewise.simd.bits=" + bits;
  }

  private static String availability(String... flags) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flags));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), SimdProviderTest.class.getName()));
    Process java =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output = new String(java.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, java.waitFor());
    return output;
  }
}
