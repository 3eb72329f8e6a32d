package lanewise.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import lanewise.backend.conformance.ConformanceCases;
import org.junit.jupiter.api.Test;

class CheckCommandTest {

  @Test
  void everyOperationHasItsLine() {
    String text = Cli.run("check", "--backend", "simd").succeeded().out();
    List<String> lines = text.lines().toList();
    assertTrue(lines.getFirst().startsWith("simd (Vector API"), text);
    assertTrue(lines.getFirst().endsWith(" in fp32, against scalar"), text);
    for (String operation : List.of("convBackwardFilter", "normForward", "adam", "sum", "map")) {
      assertEquals(
          1,
          lines.stream().filter(l -> l.matches(operation + " +[\\d,]+ .+ ok .+")).count(),
          operation + " in " + text);
    }
    String summary = "all %,d cases passed, in ".formatted(ConformanceCases.all().size());
    assertTrue(lines.getLast().startsWith(summary), text);
  }

  @Test
  void whatABackendCannotIsSaidInALine() {
    Cli.run("check", "--backend", "simd", "--precision", "tf32").failed(1, "fp32 only, not tf32");
    Cli.run("check", "--device", -1).failed(2, "--device must be at least 0");
  }
}
