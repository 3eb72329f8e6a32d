package lanewise.train.translation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lanewise.train.TaskOptions;
import lanewise.train.TrainingRun;
import lanewise.train.TrainingRun.Outcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings with all that has a state of its own, stopped and gone on with. */
class TranslationResumeTest {
  private static final int STEPS = 7;

  @TempDir Path dir;

  private Map<String, Object> options() {
    Map<String, Object> options = new HashMap<>();
    options.put("data", dir.resolve("data").toString());
    options.put("cropSize", 32);
    options.put("ngf", 2);
    options.put("ndf", 2);
    options.put("steps", STEPS);
    options.put("epochs", 0);
    options.put("backend", "scalar");
    return options;
  }

  @Test
  void pix2pixEndsAsIfItHadNotBeenStopped() throws IOException {
    Pictures.folder(dir.resolve("data").resolve("train"), 5, 40, 80);
    Map<String, Object> options = options();
    options.put("netG", "unet_64");
    options.put("cropSize", 64);
    endsAsIfItHadNotBeenStopped(Pix2pixOptions.of(options));
  }

  @Test
  void cycleGanEndsAsIfItHadNotBeenStopped() throws IOException {
    for (String kind : List.of("trainA", "trainB", "testA", "testB")) {
      Pictures.folder(dir.resolve("data").resolve(kind), 3, 36, 40);
    }
    Map<String, Object> options = options();
    options.put("netG", "resnet_1blocks");
    options.put("poolSize", 2);
    options.put("noDropout", false);
    endsAsIfItHadNotBeenStopped(CycleGanOptions.of(options));
  }

  private void endsAsIfItHadNotBeenStopped(TaskOptions options) throws IOException {
    Path whole = dir.resolve("whole");
    try (TrainingRun run = TrainingRun.start(whole, options, true, _ -> {})) {
      assertEquals(Outcome.FINISHED, run.run(_ -> {}));
    }
    Path parts = dir.resolve("parts");
    try (TrainingRun run = TrainingRun.start(parts, options, true, _ -> {})) {
      assertEquals(
          Outcome.STOPPED,
          run.run(
              step -> {
                if (step.step() == 4) {
                  run.stop();
                }
              }));
    }
    try (TrainingRun run = TrainingRun.resume(parts, options, true, _ -> {})) {
      assertEquals(4, run.task().steps());
      assertEquals(Outcome.FINISHED, run.run(_ -> {}));
    }
    List<Path> files;
    try (Stream<Path> walk = Files.walk(whole)) {
      files =
          walk.filter(Files::isRegularFile)
              .map(whole::relativize)
              .filter(file -> file.toString().matches(".*safetensors|samples.*0007\\.png"))
              .toList();
    }
    // Each network in the folder and in the checkpoint, the optimisers, perhaps pools, samples.
    assertEquals(options instanceof Pix2pixOptions ? 6 : 11, files.size(), files.toString());
    for (Path file : files) {
      assertArrayEquals(
          Files.readAllBytes(whole.resolve(file)),
          Files.readAllBytes(parts.resolve(file)),
          file.toString());
    }
  }
}
