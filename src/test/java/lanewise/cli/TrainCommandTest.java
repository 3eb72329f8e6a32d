package lanewise.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainCommandTest {
  @TempDir Path dir;
  private Path data;
  private Path out;

  @BeforeEach
  void makeData() throws IOException {
    data = Cli.images(dir.resolve("images-idx3-ubyte"), 40);
    out = dir.resolve("run");
  }

  private Cli.Result train(Object... more) {
    return Cli.run("train", Cli.SMALL, "--data", data, "--out", out, List.of(more));
  }

  @Test
  void aRunLeavesItsFolderAndSaysWhatItDid() throws IOException {
    String text = train("--steps", 4, "--sample-every", 2).succeeded().out();
    assertTrue(text.contains("backend  "), text);
    assertTrue(text.contains("step 4/4  epoch 1  loss D "), text);
    assertTrue(text.contains(out.resolve("report.html").toString()), text);
    for (String file :
        List.of(
            "options.json",
            "metrics.jsonl",
            "checkpoint",
            "generator.safetensors",
            "discriminator.safetensors",
            "report.html",
            "samples/step-000002.png",
            "samples/step-000004.png")) {
      assertTrue(Files.exists(out.resolve(file)), file);
    }
    assertEquals(4, Files.readAllLines(out.resolve("metrics.jsonl")).size());
  }

  @Test
  void whatGoesWrongIsSaidWithWhatToTry() throws IOException {
    String text = train("--steps", 130, "--lr-d", "1e-2", "--lr", "1e-5").succeeded().out();
    String found = "the discriminator wins, and the generator has little to learn from it";
    assertTrue(
        text.lines().anyMatch(l -> l.matches("step 1\\d\\d: " + found + ".*; try .*")), text);
    assertTrue(text.lines().anyMatch(l -> l.matches("since step 1\\d\\d: " + found + ".*")), text);
    List<String> lines = diagnosed(out);
    assertEquals(1, lines.size(), text);
    assertTrue(lines.getFirst().contains("\"kind\":\"discriminator-wins\""), lines.getFirst());
  }

  @Test
  void anInterruptionDoesNotChangeWhatIsFound() throws IOException {
    train("--steps", 130, "--lr-d", "1e-2", "--lr", "1e-5").succeeded();
    Path whole = out;
    out = dir.resolve("interrupted");
    train("--steps", 70, "--lr-d", "1e-2", "--lr", "1e-5").succeeded();
    resume("--steps", 130).succeeded();
    assertEquals(1, diagnosed(out).size());
    assertEquals(timeless(diagnosed(whole)), timeless(diagnosed(out)));
  }

  private static List<String> diagnosed(Path run) throws IOException {
    return Files.readAllLines(run.resolve("metrics.jsonl")).stream()
        .filter(line -> line.contains("\"diagnosis\""))
        .toList();
  }

  private static List<String> timeless(List<String> lines) {
    return lines.stream().map(l -> l.replaceAll("\"(images_per_s|ms)\":[^,]*", "")).toList();
  }

  @Test
  void epochsGiveTheLengthToo() throws IOException {
    train("--epochs", 2).succeeded();
    List<String> metrics = Files.readAllLines(out.resolve("metrics.jsonl"));
    assertEquals(10, metrics.size());
    assertTrue(metrics.getLast().contains("\"epoch\":2"), metrics.getLast());
  }

  @Test
  void jsonHasStandardOutputForItself() throws IOException {
    Cli.Result result = train("--steps", 3, "--json").succeeded();
    List<String> lines = result.out().lines().toList();
    assertEquals(Files.readAllLines(out.resolve("metrics.jsonl")), lines);
    for (int i = 0; i < 3; i++) {
      assertEquals(i + 1, JSON.std.mapFrom(lines.get(i)).get("step"));
    }
    assertTrue(result.err().contains("backend  "), result.err());
  }

  @Test
  void aDryRunShowsTheNetworksAndWritesNothing() {
    String text = train("--dry-run").succeeded().out();
    assertTrue(text.contains("5 an epoch"), text);
    assertTrue(
        text.lines().anyMatch(l -> l.matches(" *main.0 +ConvTranspose2d 4x4.* 8x16x4x4 +2,048")),
        text);
    assertTrue(
        text.lines().anyMatch(l -> l.matches(" *main.8 +.*") || l.contains("8x1x1x1")), text);
    assertFalse(Files.exists(out));
  }

  @Test
  void aRunIsNotOverwrittenButGoesOn() throws IOException {
    train("--steps", 3).succeeded();
    byte[] weights = Files.readAllBytes(out.resolve("generator.safetensors"));
    train("--steps", 5).failed(1, "holds another run", "--resume");
    assertArrayEquals(weights, Files.readAllBytes(out.resolve("generator.safetensors")));

    assertTrue(resume().succeeded().out().contains("nothing to do"));
    String text = resume("--steps", 5, "--sample-every", 1).succeeded().out();
    assertTrue(text.contains("the first 3 are done"), text);
    assertEquals(5, Files.readAllLines(out.resolve("metrics.jsonl")).size());
    assertTrue(Files.exists(out.resolve("samples/step-000004.png")));
  }

  private Cli.Result resume(Object... more) {
    return Cli.run("train", "--resume", out, List.of(more));
  }

  @Test
  void aRunGoesOnWithItsOwnOptionsOnly() throws IOException {
    train("--steps", 2).succeeded();
    Path checkpoint = out.resolve("checkpoint/generator.safetensors");
    byte[] before = Files.readAllBytes(checkpoint);
    resume("--steps", 4, "--norm", "instance", "--lr", "0.1")
        .failed(1, "--norm-g batch, not instance", "--lr-g 2.0E-4, not 0.1");
    resume("--out", dir.resolve("elsewhere")).failed(2, "--out");
    assertArrayEquals(before, Files.readAllBytes(checkpoint));
    resume("--steps", 4, "--norm", "batch", "--data", data).succeeded();
  }

  @Test
  void theDeviceAndThePrecisionAreRestored() throws IOException {
    train("--steps", 2).succeeded();
    Path options = out.resolve("options.json");
    String text = Files.readString(options);
    assertTrue(text.contains("\"precision\" : \"fp32\""), text);
    Files.writeString(
        options, text.replace("fp32", "bf16").replace("\"device\" : 0", "\"device\" : 1"));
    resume("--steps", 3).failed(1, "fp32 only, not bf16; give --precision fp32");
    resume("--steps", 3, "--precision", "fp32").failed(1, "no device 1");
    resume("--steps", 3, "--precision", "fp32", "--device", 0).succeeded();
    Files.writeString(options, text.replaceAll(",\\s*\"(device|ema)\" : [^,}]+", ""));
    resume("--steps", 4).succeeded();
  }

  @Test
  void aRunKeepsItsPreset() throws IOException {
    train("--preset", "lsgan", "--steps", 2).succeeded();
    resume("--preset", "wgan-gp", "--steps", 3).failed(1, "--preset lsgan, not wgan-gp");
    resume("--preset", "lsgan", "--steps", 3).succeeded();
  }

  @Test
  void whatIsNoRunCannotBeResumed() {
    Cli.run("train", "--resume", dir).failed(1, "is not a run");
  }

  @ParameterizedTest
  @CsvSource({
    "checkpoint/generator.safetensors, cut",
    "checkpoint/optimizer.safetensors, cut",
    "checkpoint/progress.json, cut",
    "checkpoint/progress.json, nonsense",
    "checkpoint/options.json, nonsense",
    "options.json, nonsense",
  })
  void aDamagedCheckpointIsNamedAndLeftAsItIs(String file, String damage) throws IOException {
    train("--steps", 2).succeeded();
    Path damaged = out.resolve(file);
    byte[] bytes = Files.readAllBytes(damaged);
    bytes = damage.equals("cut") ? Arrays.copyOf(bytes, bytes.length / 2) : new byte[9];
    Files.write(damaged, bytes);
    resume("--steps", 4).failed(1, damaged.getFileName().toString());
    assertArrayEquals(bytes, Files.readAllBytes(damaged));
  }

  @Test
  void aCheckpointOfAnotherRunIsRefused() throws IOException {
    train("--steps", 2).succeeded();
    Path other = dir.resolve("other");
    Cli.run("train", Cli.SMALL, "--data", data, "--out", other, "--steps", 2, "--seed", 5)
        .succeeded();
    Files.move(out.resolve("checkpoint"), dir.resolve("away"));
    Files.move(other.resolve("checkpoint"), out.resolve("checkpoint"));
    resume("--steps", 4).failed(1, "checkpoint of other options", "--seed 5, not 0");
  }

  @Test
  void dataOfAnotherSizeIsRefused() throws IOException {
    train("--steps", 2).succeeded();
    Cli.images(data, 48);
    resume("--steps", 4).failed(1, "40 samples", "48");
  }

  @Test
  void aLossThatIsNotANumberStopsAndKeepsTheCheckpoint() throws IOException {
    train("--steps", 2).succeeded();
    for (String file : List.of("options.json", "checkpoint/options.json")) {
      Path options = out.resolve(file);
      Files.writeString(options, Files.readString(options).replace("2.0E-4", "1.0E30"));
    }
    byte[] before = Files.readAllBytes(out.resolve("checkpoint/generator.safetensors"));
    Cli.Result result = resume("--steps", 9);
    result.failed(1, "stopped at step 3", "the generator loss is NaN", "discriminator main.");
    assertArrayEquals(before, Files.readAllBytes(out.resolve("checkpoint/generator.safetensors")));
    assertArrayEquals(before, Files.readAllBytes(out.resolve("generator.safetensors")));
    List<String> lines = Files.readAllLines(out.resolve("metrics.jsonl"));
    assertEquals(3, lines.size());
    assertTrue(lines.getLast().startsWith("{\"step\":3,\"diagnosis\":[{\"kind\":\"not-finite\""));
    assertTrue(Files.readString(out.resolve("options.json")).contains("\"failed\""));
  }

  @Test
  void profileSaysWhereTheTimeGoesAndWritesNothing() {
    String text = train("--profile", 3).succeeded().out();
    for (String word : List.of("convBackwardFilter", "discriminator main.0", "GFLOP/s")) {
      assertTrue(text.contains(word), text);
    }
    assertFalse(Files.exists(out));
    train("--profile", 0).failed(2, "--profile must be at least 1");
  }

  @Test
  void explainSaysHowAStepIsComputedAndWritesNothing() {
    String text = train("--explain", "--backend", "simd", "--threads", 1).succeeded().out();
    String first = text.lines().filter(l -> l.contains("convForward  ")).findFirst().orElseThrow();
    assertTrue(
        first.matches(" +0\\.\\d+ +\\d+\\.\\d+ +\\d  convForward +discriminator main\\.\\d .+"),
        first);
    for (String word :
        List.of(
            "convBackwardFilter",
            "generator main.0",
            "direct from rows",
            "few input channels",
            "GFLOP/s")) {
      assertTrue(text.contains(word), text);
    }
    assertFalse(Files.exists(out));
  }

  @Test
  void explainTellsNoFloorWhereThereIsNone() {
    String text = train("--explain", "--backend", "scalar").succeeded().out();
    assertTrue(text.lines().anyMatch(l -> l.matches(" +0\\.\\d+ +- +\\d  convForward .+")), text);
  }
}
