package lanewise.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lanewise.lab.Cell;
import lanewise.lab.CellResult;
import lanewise.lab.Lab;
import lanewise.lab.Plan;
import lanewise.train.StepMetrics;
import lanewise.train.TrainingRun;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabCommandTest {
  @TempDir static Path shared;
  @TempDir Path dir;

  /** Of little trainings on 300 images of noise with two classes, measured every other step. */
  private static List<String> small;

  @BeforeAll
  static void trainClassifier() throws IOException {
    Path data = Cli.labelledImages(shared);
    Path classifier = shared.resolve("classifier.safetensors");
    Object[] epoch = {"--data", data, "--image-size=16", "--epochs=1", "--out", classifier};
    Cli.run("classifier", List.of(epoch)).succeeded();
    small =
        List.of(
            "--data=" + data,
            "--classifier=" + classifier,
            "--metrics-every=2",
            "--metrics-samples=100");
  }

  private Cli.Result lab(Object... args) {
    return Cli.run("lab", Cli.SMALL, small, List.of(args));
  }

  private static Map<String, Object> figures(Path lab) throws IOException {
    return JSON.std.mapFrom(Files.readString(lab.resolve("lab.json")));
  }

  private static List<?> states(Path lab) throws IOException {
    List<?> cells = (List<?>) figures(lab).get("cells");
    return cells.stream().map(cell -> ((Map<?, ?>) cell).get("state")).toList();
  }

  private static byte[] weights(Path run) throws IOException {
    return Files.readAllBytes(run.resolve("generator.safetensors"));
  }

  @Test
  void everyCellIsAnOrdinaryRun() throws IOException {
    Path lab = dir.resolve("lab");
    Cli.Result result =
        lab("--norms=batch,instance", "--seeds=2", "--steps=4", "--out", lab).succeeded();
    assertTrue(
        result.out().matches("(?s).* 4/4  instance-seed1 +4 steps in 0:0\\d .*"), result.out());
    assertEquals("finished", figures(lab).get("status"));
    assertEquals(List.of("finished", "finished", "finished", "finished"), states(lab));
    assertTrue(Files.readString(lab.resolve("lab.md")).contains("Exactly 0: instance."));
    Path run = dir.resolve("run");
    Object[] same = {"--norm=instance", "--seed=1", "--steps=4", "--out", run};
    Cli.run("train", Cli.SMALL, small, List.of(same)).succeeded();
    assertArrayEquals(weights(run), weights(lab.resolve("instance-seed1")));
  }

  @Test
  void aLabMayGrow() throws IOException {
    Path lab = dir.resolve("lab");
    lab("--norms=layer", "--seeds=1", "--steps=2", "--out", lab).succeeded();
    byte[] before = Files.readAllBytes(lab.resolve("layer-seed0/metrics.jsonl"));
    Cli.run("lab", "--resume", lab, "--seeds=2", "--norms=layer,none").succeeded();
    assertEquals(4, states(lab).size());
    assertArrayEquals(before, Files.readAllBytes(lab.resolve("layer-seed0/metrics.jsonl")));
    Cli.run("lab", "--resume", lab, "--steps=3").succeeded();
    List<String> lines = Files.readAllLines(lab.resolve("none-seed1/metrics.jsonl"));
    assertEquals(3, lines.size());
    assertTrue(lines.getLast().contains("sample_dependence"), lines.getLast());
  }

  /** Stops at a step of the first training. */
  private record Stopping(Lab lab, long at) implements Lab.Listener {
    @Override
    public void begun(Cell cell, TrainingRun run) {}

    @Override
    public void step(StepMetrics step) {
      if (step.step() == at) {
        lab.stop();
      }
    }

    @Override
    public void ended(CellResult result, Duration left) {}
  }

  @Test
  void whatWasInterruptedGoesOnAsIfItWasNot() throws IOException {
    Path whole = dir.resolve("whole");
    Path parts = dir.resolve("parts");
    lab("--norms=batch", "--seeds=2", "--steps=4", "--out", whole).succeeded();
    Plan plan = Plan.read(whole);
    Lab lab = Lab.start(parts, plan, _ -> {});
    assertEquals(Lab.Outcome.STOPPED, lab.run(new Stopping(lab, 3)));
    assertEquals(List.of("started", "waiting"), states(parts));
    assertEquals("stopped", figures(parts).get("status"));
    Cli.run("lab", "--resume", parts).succeeded();
    for (String cell : List.of("batch-seed0", "batch-seed1")) {
      assertArrayEquals(weights(whole.resolve(cell)), weights(parts.resolve(cell)), cell);
    }
    assertEquals(plan, Plan.read(parts));
  }

  @Test
  void aTrainingThatFailsDoesNotEndTheLab() throws IOException {
    Path lab = dir.resolve("lab");
    Cli.Result result =
        lab("--norms=none,batch", "--seeds=1", "--steps=9", "--lr=1e30", "--out", lab).succeeded();
    assertTrue(states(lab).contains("failed"), states(lab).toString());
    assertTrue(result.out().contains("Training stopped at step"), result.out());
    Matcher failed =
        Pattern.compile("failed at step (\\d+): Training stopped at step \\1:")
            .matcher(Files.readString(lab.resolve("lab.md")));
    assertTrue(failed.find());
    assertEquals("finished", figures(lab).get("status"));
  }

  @Test
  void whatMakesNoSenseIsRefusedAndTheRestTrained() throws IOException {
    Path lab = dir.resolve("lab");
    lab("--norms=batch,layer", "--losses=wgan-gp", "--seeds=1", "--steps=2", "--out", lab)
        .succeeded();
    assertEquals(List.of("refused", "finished"), states(lab));
    assertFalse(Files.exists(lab.resolve("batch-wgan-gp-seed0")));
    assertTrue(
        Files.readString(lab.resolve("lab.md")).contains("cannot be trained: --norm-d batch"));
    lab("--norms=batch", "--losses=wgan-gp", "--steps=2", "--out", dir.resolve("none"))
        .failed(1, "--norm-d batch ties");
  }

  @Test
  void oneNetworkMayBeCompared() throws IOException {
    Path lab = dir.resolve("lab");
    lab("--norms=batch,none", "--norm-d=layer", "--packs=2", "--seeds=1", "--steps=2", "--out", lab)
        .succeeded();
    Map<String, Object> options =
        JSON.std.mapFrom(Files.readString(lab.resolve("none-pack2-seed0/options.json")));
    Map<?, ?> model = (Map<?, ?>) options.get("model");
    assertEquals("none", model.get("normG"));
    assertEquals("layer", model.get("normD"));
    assertEquals(2, model.get("pack"));
  }

  @Test
  void theTrialListsTheTrainingsAndWritesNothing() {
    Path lab = dir.resolve("lab");
    Cli.Result result =
        lab("--norms=group", "--seeds=2", "--steps=100", "--dry-run", "--out", lab).succeeded();
    assertTrue(result.out().matches("(?s).*group-seed1 +about \\d:\\d\\d\n.*"), result.out());
    assertTrue(result.out().contains("2 trainings of 100 steps: about"), result.out());
    assertFalse(Files.exists(lab));
  }

  @Test
  void theUsualGridHasFiveNormsAndThreeSeeds() {
    Cli.Result result = lab("--steps=100", "--dry-run", "--out", dir.resolve("lab")).succeeded();
    for (String norm : List.of("batch", "instance", "layer", "group", "none")) {
      assertTrue(result.out().contains("\n" + norm + "-seed2 "), result.out());
    }
    assertTrue(result.out().contains("15 trainings of 100 steps: about"), result.out());
  }

  @Test
  void theTimeIsDividedEqually() throws IOException {
    Path lab = dir.resolve("lab");
    Cli.Result result =
        lab("--norms=none", "--seeds=1", "--minutes=1", "--dry-run", "--out", lab).succeeded();
    assertTrue(
        result.out().matches("(?s).*1 trainings of [\\d,]+ steps: about \\d+:\\d\\d\n"),
        result.out());
  }

  @Test
  void refusesWrongUse() {
    lab("--norm=batch").failed(2, "give --norms");
    lab("--loss=hinge").failed(2, "give --losses");
    lab("--norms=batsh").failed(2, "did you mean batch?");
    lab("--norms=batch,batch", "--steps=2").failed(2, "--norms names batch twice");
    lab("--seeds=0", "--steps=2").failed(2, "--seeds must be at least 1, not 0");
    lab("--norm-g=batch", "--norm-d=none", "--steps=2").failed(2, "leave out one");
    lab("--steps=2", "--minutes=2").failed(2, "leave out --steps");
    lab("--epochs=2").failed(2, "--steps or --minutes");
    lab("--steps=2", "--out", shared).failed(1, "is not an empty folder");
    Cli.run("lab", "--resume", shared).failed(1, "is not a lab");
  }

  @Test
  void aLabGoesOnWithItsOwnOptions() {
    Path lab = dir.resolve("lab");
    lab("--norms=none", "--seeds=1", "--steps=2", "--out", lab).succeeded();
    Cli.run("lab", "--resume", lab, "--lr=0.1").failed(1, "begun with other options", "--lr-g");
    Cli.run("lab", "--resume", lab, "--metrics-samples=200").failed(1, "--metrics-samples");
    lab("--steps=2", "--out", lab).failed(1, "--resume");
  }
}
