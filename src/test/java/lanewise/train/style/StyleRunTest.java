package lanewise.train.style;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import lanewise.diagnosis.Finding;
import lanewise.io.Images;
import lanewise.train.TrainingRun;
import lanewise.train.TrainingRun.Outcome;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs of a small style network on made-up photographs. */
final class StyleRunTest {
  private static final int STEPS = 5;

  @TempDir Path dir;

  @BeforeEach
  void paint() throws IOException {
    Files.createDirectory(dir.resolve("photos"));
    picture("photos/wide.png", 70, 110, 1);
    picture("photos/small.png", 60, 50, 2);
    picture("photos/large.png", 150, 140, 3);
    picture("painting.png", 90, 64, 4);
  }

  private void picture(String name, int height, int width, long seed) {
    float[] levels = new float[3 * height * width];
    Random random = new Random(seed);
    for (int i = 0; i < levels.length; i++) {
      levels[i] = (float) Math.sin(0.01 * seed * i) / 2 + random.nextFloat() - 0.5f;
    }
    Images.writePng(dir.resolve(name), levels, 3, height, width);
  }

  private StyleOptions options(Map<String, ?> more) {
    Map<String, Object> options =
        new HashMap<>(
            Map.of(
                "data",
                dir.resolve("photos").toString(),
                "style",
                dir.resolve("painting.png").toString(),
                "imageSize",
                64,
                "ngf",
                4,
                "batchSize",
                2,
                "norm",
                "batch",
                "tvWeight",
                0.1,
                "steps",
                STEPS,
                "backend",
                "simd"));
    options.putAll(more);
    return StyleOptions.of(options);
  }

  @Test
  void aStoppedRunEndsAsOneThatWasNotStopped() throws IOException {
    StyleOptions options = options(Map.of());
    Path whole = dir.resolve("whole");
    try (TrainingRun run = TrainingRun.start(whole, options, true, _ -> {})) {
      assertEquals(Outcome.FINISHED, run.run(_ -> {}));
    }
    Path parts = dir.resolve("parts");
    try (TrainingRun run = TrainingRun.start(parts, options, true, _ -> {})) {
      run.run(
          step -> {
            if (step.step() == 2) {
              run.stop();
            }
          });
    }
    try (TrainingRun run = TrainingRun.resume(parts, options, true, _ -> {})) {
      assertEquals(2, run.task().steps());
      assertEquals(Outcome.FINISHED, run.run(_ -> {}));
    }
    for (String file :
        List.of(
            "generator.safetensors",
            "checkpoint/generator.safetensors",
            "checkpoint/optimizer.safetensors",
            "samples/step-000005.png")) {
      assertArrayEquals(
          Files.readAllBytes(whole.resolve(file)), Files.readAllBytes(parts.resolve(file)), file);
    }
  }

  @Test
  void theLossFalls() {
    List<Float> losses = new ArrayList<>();
    StyleOptions options = options(Map.of("norm", "instance", "steps", 20, "lr", 1e-2));
    try (TrainingRun run = TrainingRun.start(dir.resolve("run"), options, true, _ -> {})) {
      run.run(step -> losses.add(step.values().get("loss_total")));
    }
    assertTrue(losses.getLast() < 0.95 * losses.getFirst(), losses.toString());
  }

  @Test
  void aRateThatIsMuchTooHighIsSaidInTheLogAndTheReport() throws IOException {
    List<Finding> found = new ArrayList<>();
    Path folder = dir.resolve("run");
    StyleOptions options = options(Map.of("norm", "instance", "steps", 25, "lr", 3));
    try (TrainingRun run = TrainingRun.start(folder, options, true, _ -> {})) {
      run.run(step -> found.addAll(step.findings()));
      assertEquals(found, run.standing());
    }
    assertEquals("diverging-style", found.getFirst().kind());
    String line = Files.readAllLines(folder.resolve("metrics.jsonl")).get(19);
    assertTrue(line.contains("\"advice\":\"try a lower --lr"), line);
    assertTrue(
        Files.readString(folder.resolve("report.html")).contains(found.getFirst().message()));
  }

  @Test
  void eachStepSeesOtherSquaresAndEachSeedOthers() {
    float[] first = squares(0, 0);
    assertArrayEquals(first, squares(0, 0));
    assertNotEquals(Arrays.hashCode(first), Arrays.hashCode(squares(0, 1)));
    assertNotEquals(Arrays.hashCode(first), Arrays.hashCode(squares(1, 0)));
    for (float level : first) {
      assertTrue(level >= 0 && level <= 255);
    }
  }

  private float[] squares(long seed, long step) {
    float[] target = new float[2 * 3 * 64 * 64];
    Photographs.open(dir.resolve("photos"), 1_000_000, 64, seed, 1 << 20, _ -> {})
        .read(step, 2, target);
    return target;
  }

  @Test
  void photographsThatAreNotKeptAreReadAgain() {
    float[] kept = new float[3 * 3 * 64 * 64];
    float[] read = new float[kept.length];
    Photographs.open(dir.resolve("photos"), 1_000_000, 64, 0, 1 << 20, _ -> {}).read(0, 3, kept);
    Photographs.open(dir.resolve("photos"), 1_000_000, 64, 0, 0, _ -> {}).read(0, 3, read);
    assertArrayEquals(kept, read);
  }
}
