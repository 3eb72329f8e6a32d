package lanewise.backend.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A training run must not depend on when the compiler comes to a loop. */
class KernelBitsTest {
  /** More than the compiler's thresholds for loops, for the smallest vectors. */
  private static final int UNTIL_COMPILED = 300;

  @Test
  void compiledAndInterpretedKernelsAgreeInEveryBit() throws IOException {
    Map<String, Integer> compiled = KernelBits.of();
    for (int i = 0; i < UNTIL_COMPILED; i++) {
      compiled = KernelBits.of();
    }
    assertEquals(interpreted(), compiled.toString());
  }

  private static String interpreted() throws IOException {
    Process java =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xint",
                "--add-modules=jdk.incubator.vector",
                "-Dlanewise.simd.bits=" + Lanes.SPECIES.vectorBitSize(),
                "-cp",
                System.getProperty("java.class.path"),
                KernelBits.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      return new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    } finally {
      java.destroy();
    }
  }
}
