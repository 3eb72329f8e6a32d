package lanewise.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import lanewise.train.TrainingRun.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training with all that has a state of its own, stopped and gone on with. */
class ResumeTest {
  private static final TrainOptions OPTIONS =
      TrainOptions.of(
          Preset.DCGAN,
          Map.ofEntries(
              Map.entry("data", "fashion-mnist-10k"),
              Map.entry("imageSize", 16),
              Map.entry("latent", 6),
              Map.entry("ngf", 4),
              Map.entry("ndf", 4),
              Map.entry("batchSize", 8),
              Map.entry("conditional", true),
              Map.entry("normG", "conditional-batch"),
              Map.entry("spectralNorm", true),
              Map.entry("minibatchStddev", true),
              Map.entry("r1", 5),
              Map.entry("r1Every", 2),
              Map.entry("accumulate", 2),
              Map.entry("dSteps", 2),
              Map.entry("lrSchedule", "cosine"),
              Map.entry("ema", 0.9),
              Map.entry("steps", 7),
              Map.entry("backend", "scalar")));

  @TempDir Path dir;

  @Test
  void aStoppedRunEndsAsOneThatWasNotStopped() throws IOException {
    Path whole = dir.resolve("whole");
    try (TrainingRun run = TrainingRun.start(whole, OPTIONS, true, _ -> {})) {
      assertEquals(Outcome.FINISHED, run.run(_ -> {}));
    }
    Path parts = dir.resolve("parts");
    try (TrainingRun run = TrainingRun.start(parts, OPTIONS, true, _ -> {})) {
      assertEquals(
          Outcome.STOPPED,
          run.run(
              step -> {
                if (step.step() == 3) {
                  run.stop();
                }
              }));
    }
    try (TrainingRun run = TrainingRun.resume(parts, OPTIONS, true, _ -> {})) {
      assertEquals(3, run.task().steps());
      assertEquals(Outcome.FINISHED, run.run(_ -> {}));
    }
    for (String file :
        List.of(
            "generator.safetensors",
            "discriminator.safetensors",
            "checkpoint/generator.safetensors",
            "checkpoint/average.safetensors",
            "checkpoint/optimizer.safetensors",
            "samples/step-000007.png")) {
      assertArrayEquals(
          Files.readAllBytes(whole.resolve(file)), Files.readAllBytes(parts.resolve(file)), file);
    }
  }
}
