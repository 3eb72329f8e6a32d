package lanewise.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import lanewise.backend.BackendProvider;
import lanewise.backend.BackendProvider.Availability.Available;
import lanewise.backend.BackendProvider.Availability.Unavailable;
import lanewise.backend.Backends;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  @TempDir Path dir;

  @Test
  void versionNamesProgramAndJvm() {
    String out = Cli.run("--version").succeeded().out();
    assertTrue(out.startsWith("lanewise "), out);
    assertTrue(out.contains(Runtime.version().toString()), out);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "train",
        "generate",
        "export",
        "evaluate",
        "classifier",
        "backends",
        "check",
        "bench",
        "generate-completion"
      })
  void everyCommandHasHelp(String command) {
    assertTrue(Cli.run("--help").succeeded().out().contains("  " + command + " "));
    String help = Cli.run(command, "--help").succeeded().out();
    assertTrue(help.startsWith("Usage: lanewise " + command), help);
    assertFalse(help.contains("$"), "a variable was not filled in: " + help);
  }

  @Test
  void completionKnowsTheOptionsAndTheirValues() {
    String script = Cli.run("generate-completion").succeeded().out();
    assertTrue(script.contains("--checkpoint-every"), script);
    assertTrue(script.contains("instance"), script);
  }

  @Test
  void backendsAreListedWithWhatAutoTakes() {
    String out = Cli.run("backends").succeeded().out();
    String unwrapped = out.replaceAll("\\s+", " ");
    boolean taken = false;
    for (BackendProvider provider : Backends.providers()) {
      String row = out.lines().filter(l -> l.startsWith(provider.name(), 2)).toList().getFirst();
      switch (provider.availability()) {
        case Unavailable(String reason, String remedy) -> {
          assertTrue(row.contains("unavailable"), row);
          assertTrue(unwrapped.contains(reason + "; " + remedy), out);
        }
        case Available(String device, List<String> details) -> {
          assertTrue(row.contains(" available ") && row.contains(device), row);
          details.forEach(detail -> assertTrue(unwrapped.contains(detail), out));
          assertEquals(!taken, row.startsWith("*"), out);
          taken = true;
        }
      }
    }
    assertTrue(taken, out);
    // A path may be longer, alone on its line.
    out.lines()
        .filter(line -> line.length() > 100)
        .forEach(line -> assertFalse(line.strip().contains(" "), line));
  }

  @ParameterizedTest
  @CsvSource({
    "trian, did you mean train?",
    "train --batch-sise 8, did you mean --batch-size?",
    "train --norm instanse, did you mean instance?",
    "train --backend sind, did you mean simd?",
    "generate --model x --norm bach, did you mean batch?",
    "train --precision fp23, did you mean fp32?",
  })
  void whatIsMistypedGetsTheNearestName(String line, String expected) {
    Cli.run((Object[]) line.split(" ")).failed(2, expected);
  }

  @Test
  void withoutACommandTheyAreNamed() {
    Cli.run().failed(2, "train, lab, generate, export");
  }

  @ParameterizedTest
  @CsvSource({
    "--lr, -1",
    "--lr, 0",
    "--lr, NaN",
    "--lr, Infinity",
    "--beta1, 1",
    "--beta1, -0.1",
    "--beta1, NaN",
    "--batch-size, 0",
    "--batch-size, -64",
    "--batch-size, many",
    "--batch-size, 99999999999",
    "--threads, 0",
    "--device, -1",
    "--precision, half",
    "--steps, -1",
    "--steps, 0",
    "--epochs, -2",
    "--sample-every, 0",
    "--checkpoint-every, -1",
    "--latent, 0",
    "--ngf, -8",
    "--ndf, 0",
    "--seed, x",
  })
  void impossibleValuesAreUsageErrors(String option, String value) {
    Path out = dir.resolve("run");
    Cli.run("train", option, value, "--out", out).failed(2, option, "train --help");
    assertFalse(Files.exists(out));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 8, 30, 33, 100})
  void sizesThatTheArchitectureCannotDoAreUsageErrors(int size) {
    Path out = dir.resolve("run");
    Cli.run("train", "--image-size", size, "--out", out).failed(2, "" + size);
    assertFalse(Files.exists(out));
  }

  @Test
  void lengthIsGivenOnce() {
    Cli.run("train", "--steps", 3, "--epochs", 1).failed(2, "either --steps or --epochs");
  }

  @Test
  void anErrorShowsItsTraceWhenAskedTo() {
    Cli.Result result = Cli.run("generate", "--model", dir.resolve("none"), "--stacktrace");
    assertEquals(1, result.status());
    assertTrue(result.err().contains("\tat lanewise."), result.err());
  }

  @Test
  void whatAFileSaysCannotBreakTheLine() {
    assertEquals("a b c?[31md", Errors.oneLine("a\n  b\r\nc\u001b[31md"));
  }
}
