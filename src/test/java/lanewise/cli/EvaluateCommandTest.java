package lanewise.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateCommandTest {
  @TempDir static Path shared;
  @TempDir Path dir;

  private static Path data;
  private static Path run;
  private static Path classifier;

  /** A run on 300 images of noise with two classes, 28 pixels shrunk to 16, and its classifier. */
  @BeforeAll
  static void trainBoth() throws IOException {
    data = Cli.labelledImages(shared);
    run = shared.resolve("run");
    classifier = shared.resolve("classifier.safetensors");
    Cli.run("train", Cli.SMALL, List.of("--data", data, "--steps", 2, "--out", run)).succeeded();
    Cli.Result trained =
        Cli.run(
                "classifier",
                "--data",
                data,
                "--image-size",
                16,
                "--epochs",
                1,
                "--out",
                classifier)
            .succeeded();
    assertTrue(trained.out().matches("(?s).*accuracy \\d+\\.\\d\\d % on 50 held out of .*"));
  }

  private static Cli.Result evaluate(Object... args) {
    return Cli.run("evaluate", List.of(args));
  }

  @Test
  void aRunIsMeasuredOnItsOwnData() throws IOException {
    String json =
        evaluate("--model", run, "--classifier", classifier, "--samples", 200, "--json")
            .succeeded()
            .out();
    assertEquals(1, json.lines().count());
    Map<String, Object> scores = JSON.std.mapFrom(json);
    assertEquals(200, scores.get("samples"));
    assertEquals(2, scores.get("modes_total"));
    for (String share : List.of("precision", "recall", "coverage")) {
      double value = (double) scores.get(share);
      assertTrue(value >= 0 && value <= 1, share + " " + value);
    }
    assertTrue((double) scores.get("frechet_lanewise") > 0, json);
    assertTrue((double) scores.get("sample_dependence") > 0, json);
    assertTrue((double) scores.get("training_diversity") > 0, json);
    assertFalse(scores.containsKey("held_out"), json);
  }

  @Test
  void theSameSeedGivesTheSameFigures() {
    Object[] args = {"--model", run, "--classifier", classifier, "--samples", 150, "--json"};
    assertEquals(evaluate(args).succeeded().out(), evaluate(args).succeeded().out());
  }

  @Test
  void theTableNamesItsFeatures() {
    String table =
        evaluate("--model", run, "--classifier", classifier, "--samples", 150).succeeded().out();
    assertTrue(table.contains("Frechet distance on Lanewise classifier features"), table);
    assertTrue(table.contains("features a classifier of train-images-idx3-ubyte"), table);
    assertTrue(table.matches("(?s).*modes captured +\\d of 2 .*"), table);
    assertFalse(table.contains("FID"), table);
  }

  @Test
  void pointsNeedNoClassifier() throws IOException {
    Cli.Result result = evaluate("--images", "ring-8", "--data", "ring-8", "--json").succeeded();
    Map<String, Object> scores = JSON.std.mapFrom(result.out());
    assertEquals(8.0, scores.get("modes"));
    assertEquals(0.989, (double) scores.get("high_quality"), 0.005);
    Map<?, ?> heldOut = (Map<?, ?>) scores.get("held_out");
    assertEquals(8.0, heldOut.get("modes"));
  }

  @Test
  void withoutAClassifierItSaysHowToTrainOne() {
    evaluate("--model", run).failed(1, "no classifier for", "lanewise classifier --data");
  }

  @Test
  void refusesAClassifierOfOtherImages() {
    evaluate("--model", run, "--data", "fashion-mnist-10k", "--classifier", classifier)
        .failed(1, "2 classes apart", "has 10");
    Object[] noise = {
      "--images", data, "--data", data, "--classifier", classifier, "--samples=100"
    };
    evaluate(noise).failed(1, "28 x 28 pixels", "16 x 16");
    Cli.run("evaluate", List.of(noise), "--image-size", 16).succeeded();
    evaluate("--images", dir.resolve("none"), "--data", data).failed(1, "is not there");
  }

  @Test
  void refusesWrongUse() {
    evaluate().failed(2, "either --model RUN or --images DATA");
    evaluate("--model", run, "--images", "ring-8").failed(2, "either --model RUN or --images DATA");
    evaluate("--images", "ring-8").failed(2, "give --data");
    evaluate("--model", run, "--image-size", 16).failed(2, "a model has a size of its own");
    evaluate("--model", run, "--samples", 99).failed(2, "at least 100, not 99");
    evaluate("--model", run.resolve("generator.safetensors")).failed(2, "give --data");
    evaluate("--model", dir.resolve("none"), "--data", "fashion-mnist").failed(1, "none");
    evaluate("--model", run, "--classifier", run.resolve("generator.safetensors"))
        .failed(1, "is not a classifier");
  }

  @Test
  void theClassifierRefusesWrongUse() throws IOException {
    Path out = dir.resolve("out.safetensors");
    Cli.run("classifier", "--epochs", 0, "--out", out).failed(2, "--epochs must be at least 1");
    Cli.run("classifier", "--out", dir).failed(2, "is a folder");
    Path unlabelled = Cli.images(dir.resolve("images-idx3-ubyte"), 30);
    Cli.run("classifier", "--data", unlabelled, "--out", out).failed(1, "has no labels");
    assertFalse(Files.exists(out));
  }
}
