package lanewise.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lanewise.UserException;
import lanewise.train.MeasuringOptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainMetricsTest {
  @TempDir static Path shared;
  @TempDir Path dir;

  private static Path data;
  private static Path classifier;

  /** Measures every other step. */
  private static List<String> metrics;

  /** 300 images of noise with two classes, and their classifier. */
  @BeforeAll
  static void trainClassifier() throws IOException {
    data = Cli.labelledImages(shared);
    classifier = shared.resolve("classifier.safetensors");
    Object[] epoch = {"--data", data, "--image-size=16", "--epochs=1", "--out", classifier};
    Cli.run("classifier", List.of(epoch)).succeeded();
    metrics = List.of("--metrics-every=2", "--metrics-samples=100", "--classifier=" + classifier);
  }

  private Path train(String name, Object... args) {
    Path run = dir.resolve(name);
    Cli.run("train", Cli.SMALL, "--data", data, "--out", run, List.of(args)).succeeded();
    return run;
  }

  private Path measured(String name, String... args) {
    return train(name, Stream.concat(Stream.of(args), metrics.stream()).toArray());
  }

  private static List<Map<String, Object>> lines(Path run) throws IOException {
    List<Map<String, Object>> lines = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      lines.add(JSON.std.mapFrom(line));
    }
    return lines;
  }

  private static void assertSameNetworks(Path expected, Path actual) throws IOException {
    for (String file : List.of("generator", "discriminator", "checkpoint/optimizer")) {
      assertArrayEquals(
          Files.readAllBytes(expected.resolve(file + ".safetensors")),
          Files.readAllBytes(actual.resolve(file + ".safetensors")),
          file);
    }
  }

  @Test
  void measuringLeavesTheTrainingAsItIs() throws IOException {
    Path without = train("without", "--steps=5", "--ema=0.9");
    Path with = measured("with", "--steps=5", "--ema=0.9");
    assertSameNetworks(without, with);
    assertFalse(lines(without).stream().anyMatch(line -> line.containsKey("frechet_lanewise")));
  }

  @Test
  void everyNthStepIsMeasuredAndTheLastInFull() throws IOException {
    List<Map<String, Object>> lines = lines(measured("run", "--steps=5"));
    List<Object> measured =
        lines.stream()
            .filter(line -> line.containsKey("frechet_lanewise"))
            .map(line -> line.get("step"))
            .toList();
    assertEquals(List.of(2, 4, 5), measured);
    assertFalse(lines.get(3).containsKey("sample_dependence"));
    assertTrue((double) lines.get(4).get("sample_dependence") > 0);
    assertTrue((double) lines.get(4).get("training_diversity") > 0);
  }

  @Test
  void theLastStepSaysWhatEvaluateSays() throws IOException {
    Path run = measured("run", "--steps=3");
    String json =
        Cli.run("evaluate", "--model", run, "--classifier", classifier, "--samples=100", "--json")
            .succeeded()
            .out();
    Map<String, Object> line = lines(run).getLast();
    Map<String, Object> evaluated = JSON.std.mapFrom(json);
    for (String key : List.of("frechet_lanewise", "diversity", "sample_dependence", "modes")) {
      assertEquals(evaluated.get(key), line.get(key), key);
    }
  }

  @Test
  void aRunThatGoesOnMeasuresTheSame() throws IOException {
    Path whole = measured("whole", "--steps=6");
    Path parts = measured("parts", "--steps=3");
    Cli.run("train", "--resume", parts, "--steps=6").succeeded();
    assertSameNetworks(whole, parts);
    assertEquals(lines(whole).get(3).get("precision"), lines(parts).get(3).get("precision"));
    assertEquals(
        lines(whole).get(5).get("frechet_lanewise"), lines(parts).get(5).get("frechet_lanewise"));
  }

  @Test
  void theProgressShowsTheMainOnes() {
    Cli.Result result =
        Cli.run(
                "train",
                Cli.SMALL,
                List.of("--steps=2", "--data", data, "--out", dir.resolve("run")),
                metrics)
            .succeeded();
    assertTrue(result.out().contains("metrics  of 100 samples every 2 steps"), result.out());
    assertTrue(
        result.out().matches("(?s).*step 2/2  frechet \\d+\\.\\d diversity .*"), result.out());
  }

  @Test
  void withoutAClassifierNothingBegins() {
    Path run = dir.resolve("run");
    Cli.run("train", Cli.SMALL, "--data", data, "--metrics", "--out", run)
        .failed(1, "no classifier for", "lanewise classifier --data");
    assertFalse(Files.exists(run));
  }

  @Test
  void pointsNeedNoClassifier() throws IOException {
    Path run = dir.resolve("run");
    Object[] small = {"--ngf=16", "--ndf=16", "--steps=3", "--metrics"};
    Cli.run("train", "--data=ring-8", "--out", run, List.of(small)).succeeded();
    Map<String, Object> last = lines(run).getLast();
    assertTrue(last.get("high_quality") instanceof Double, last.toString());
    assertTrue((double) last.get("sample_dependence") > 0, last.toString());
  }

  @Test
  void refusesWhatSaysNothing() {
    UserException few =
        assertThrows(UserException.class, () -> new MeasuringOptions(true, 1000, 99, ""));
    assertEquals("--metrics-samples must be at least 100, not 99", few.getMessage());
    UserException never =
        assertThrows(UserException.class, () -> new MeasuringOptions(true, 0, 2000, ""));
    assertEquals("--metrics-every must be at least 1, not 0", never.getMessage());
  }
}
