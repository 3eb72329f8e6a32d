package lanewise.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BenchCommandTest {
  private static final List<String> ENGINE =
      List.of("--backend", "simd", "--threads", "1", "--seconds", "0.1");

  @Test
  void kernelsHaveRatesAndNormsStandBesideACopy() {
    String text =
        Cli.run("bench", ENGINE, "--case", "copy,instance-norm,gemm", "--batch-size", "1,2")
            .succeeded()
            .out();
    assertTrue(text.startsWith("simd (Vector API"), text);
    assertTrue(text.lines().anyMatch(l -> l.matches("gemm .+ \\d+\\.\\d{3}  .+ GFLOP/s")), text);
    assertEquals(
        2,
        text.lines().filter(l -> l.matches("instance-norm .+ GB/s, \\d+ % of a copy")).count(),
        text);
  }

  @Test
  void jsonIsALineForEachMeasurement() throws IOException {
    String line =
        Cli.run("bench", ENGINE, "--case", "dcgan32-step", "--batch-size", 2, "--json")
            .succeeded()
            .out();
    Map<String, Object> fields = JSON.std.mapFrom(line);
    assertEquals("dcgan32-step", fields.get("case"));
    assertEquals(2, fields.get("batch"));
    assertEquals("fp32", fields.get("precision"));
    double median = (Double) fields.get("median_ms");
    assertTrue((Double) fields.get("min_ms") <= median);
    assertEquals(2000 / median, (Double) fields.get("images_per_s"), 1e-6);
  }

  @Test
  void whatIsAskedForOnStandardInputIsAnsweredEvenIfItFails() throws IOException {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream("gem 1\ngemm 1\n".getBytes(StandardCharsets.UTF_8)));
    try {
      List<String> lines = Cli.run("bench", ENGINE, "--stdin").succeeded().out().lines().toList();
      assertTrue(JSON.std.mapFrom(lines.get(0)).get("error").toString().contains("mean gemm?"));
      assertEquals("gemm", JSON.std.mapFrom(lines.get(1)).get("case"));
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void impossibleValuesAreUsageErrors() {
    Cli.run("bench", "--case", "gem").failed(2, "did you mean gemm?");
    Cli.run("bench", "--seconds", 0).failed(2, "--seconds must be positive");
    Cli.run("bench", "--batch-size", "64,0").failed(2, "--batch-size must be at least 1, not 0");
  }
}
