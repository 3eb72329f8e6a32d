package lanewise.train.translation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lanewise.UserException;
import lanewise.diagnosis.Finding;
import lanewise.train.TaskOptions;
import lanewise.train.TrainingRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings that go wrong, as their folders tell it. */
class TranslationDiagnosisTest {
  @TempDir Path dir;

  private Map<String, Object> options(Map<String, Object> more) {
    Map<String, Object> options =
        new HashMap<>(
            Map.of(
                "data", dir.resolve("data").toString(),
                "cropSize", 32,
                "ngf", 2,
                "ndf", 2,
                "epochs", 0,
                "backend", "simd",
                "threads", 1));
    options.putAll(more);
    return options;
  }

  private TaskOptions pix2pix(Map<String, Object> more) throws IOException {
    Pictures.folder(dir.resolve("data").resolve("train"), 5, 40, 80);
    return Pix2pixOptions.of(options(more));
  }

  private TaskOptions cycleGan(Map<String, Object> more) throws IOException {
    for (String kind : List.of("trainA", "trainB")) {
      Pictures.folder(dir.resolve("data").resolve(kind), 5, 40, 40);
    }
    Map<String, Object> all = options(more);
    all.put("netG", "resnet_1blocks");
    return CycleGanOptions.of(all);
  }

  @Test
  void aDiscriminatorThatWinsIsSaidInTheLogAndTheReport() throws IOException {
    List<Finding> found = new ArrayList<>();
    Path folder = dir.resolve("run");
    TaskOptions options = pix2pix(Map.of("steps", 150, "lr", 1, "ndf", 8));
    try (TrainingRun run = TrainingRun.start(folder, options, true, _ -> {})) {
      run.run(step -> found.addAll(step.findings()));
      assertTrue(run.standing().contains(found.getFirst()));
    }
    assertEquals("discriminator-wins", found.getFirst().kind());
    List<String> lines = Files.readAllLines(folder.resolve("metrics.jsonl"));
    String line = lines.get((int) found.getFirst().step() - 1);
    assertTrue(line.contains("\"advice\":\"try a lower --lr"), line);
    assertTrue(lines.get(9).contains("grad_norm_d") && lines.get(9).contains("grad_norm_g"));
    assertTrue(
        Files.readString(folder.resolve("report.html")).contains(found.getFirst().message()));
  }

  @Test
  void aLossThatIsNoNumberIsSaidWithItsLayer() throws IOException {
    Map<String, Object> wrong = Map.of("steps", 9, "lr", 1e30, "norm", "none");
    failsIn(pix2pix(wrong), "generator|discriminator");
  }

  @Test
  void theNetworkWhoseLossIsNoNumberIsNamed() throws IOException {
    Map<String, Object> wrong = Map.of("steps", 9, "lr", 1e30, "norm", "none");
    failsIn(cycleGan(wrong), "generator_[AB]|discriminator_[AB]");
  }

  private void failsIn(TaskOptions options, String networks) throws IOException {
    Path folder = dir.resolve("run");
    UserException failure;
    try (TrainingRun run = TrainingRun.start(folder, options, true, _ -> {})) {
      failure = assertThrows(UserException.class, () -> run.run(_ -> {}));
    }
    String what = "(?s).* loss is \\S+, first seen in .*(" + networks + ") \\S+\\.weight.*";
    assertTrue(failure.getMessage().matches(what), failure.getMessage());
    String line = Files.readAllLines(folder.resolve("metrics.jsonl")).getLast();
    assertTrue(line.contains("\"kind\":\"not-finite\"") && line.matches(what), line);
    assertTrue(line.contains("\"advice\":\"train anew with a lower --lr"), line);
    assertTrue(Files.readString(folder.resolve("report.html")).contains("not-finite"));
  }
}
