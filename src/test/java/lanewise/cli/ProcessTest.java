package lanewise.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What only a process of its own can show: how it is killed, stopped, and starts. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProcessTest {
  @TempDir Path dir;
  private Path data;

  @BeforeEach
  void makeData() throws IOException {
    data = Cli.images(dir.resolve("images-idx3-ubyte"), 40);
  }

  /** No run outlives its test, not even one that failed. */
  @AfterEach
  void endProcesses() {
    ProcessHandle.current().children().forEach(ProcessHandle::destroyForcibly);
  }

  private List<String> train(Object... more) {
    return Cli.command(Cli.FLAGS, "train", Cli.SMALL, "--data", data, List.of(more));
  }

  /** Waits until a run has logged a step. */
  private static void awaitStep(Process process, Path run, int step)
      throws IOException, InterruptedException {
    Path metrics = run.resolve("metrics.jsonl");
    while (process.isAlive()) {
      if (Files.exists(metrics) && Files.readAllLines(metrics).size() >= step) {
        return;
      }
      Thread.sleep(5);
    }
  }

  @Test
  void aKilledRunGoesOnToTheWeightsOfOneThatNeverStopped() throws Exception {
    Path killed = dir.resolve("killed");
    Process process =
        Cli.start(dir, train("--out", killed, "--steps", 1_000_000, "--checkpoint-every", 6));
    awaitStep(process, killed, 8);
    process.destroyForcibly().waitFor();
    // Not all that was logged is in the checkpoint; the last line may be half there.
    int total = Files.readAllLines(killed.resolve("metrics.jsonl")).size() + 12;
    String text = Cli.run("train", "--resume", killed, "--steps", total).succeeded().out();
    assertTrue(text.contains("are done"), "not from a checkpoint: " + text);

    Path whole = dir.resolve("whole");
    Cli.run("train", Cli.SMALL, "--data", data, "--out", whole, "--steps", total).succeeded();
    String samples = "samples/step-%06d.png".formatted(total);
    for (String file :
        List.of(
            "generator.safetensors",
            "discriminator.safetensors",
            "checkpoint/optimizer.safetensors",
            samples)) {
      assertEquals(-1, Files.mismatch(whole.resolve(file), killed.resolve(file)), file);
    }
    List<String> metrics = Files.readAllLines(killed.resolve("metrics.jsonl"));
    assertEquals(total, metrics.size());
    IntStream.rangeClosed(1, total)
        .forEach(i -> assertTrue(metrics.get(i - 1).startsWith("{\"step\":" + i + ",")));
    Path grid = dir.resolve("grid.png");
    Cli.run("generate", "--model", killed, "--out", grid).succeeded();
    assertEquals(-1, Files.mismatch(killed.resolve(samples), grid));
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void aSignalEndsTheRunWithACheckpoint(String signal, int status) throws Exception {
    Path run = dir.resolve("a run");
    Process process =
        Cli.start(dir, train("--out", run, "--steps", 1_000_000, "--backend", "scalar"));
    awaitStep(process, run, 3);
    send(signal, process);
    Cli.Result result = Cli.end(process, dir);
    assertEquals(status, result.status(), result.err());
    assertEquals("", result.err());
    assertTrue(result.out().contains("lanewise train --resume '" + run + "'"), result.out());

    int steps = Files.readAllLines(run.resolve("metrics.jsonl")).size();
    assertTrue(result.out().contains("stopped at step " + steps + " of 1000000"), result.out());
    String resumed = Cli.run("train", "--resume", run, "--steps", steps + 1).succeeded().out();
    assertTrue(resumed.contains("the first %,d are done".formatted(steps)), resumed);
  }

  @Test
  void theSecondCtrlCEndsAtOnce() throws Exception {
    Path run = dir.resolve("run");
    // On plain loops a step of the full networks takes far longer than this test waits.
    Process process =
        Cli.start(
            dir,
            Cli.command(
                Cli.FLAGS,
                List.of("train", "--backend", "scalar", "--batch-size", 40, "--data", data),
                List.of("--image-size", 64, "--out", run)));
    // Written just before the first step, when signals are listened for.
    while (process.isAlive() && !Files.exists(run.resolve("options.json"))) {
      Thread.sleep(5);
    }
    send("INT", process);
    Path text = dir.resolve("out.txt");
    while (process.isAlive() && !Files.readString(text).contains("once more to end at once")) {
      Thread.sleep(5);
    }
    send("INT", process);
    assertTrue(process.waitFor(5, TimeUnit.SECONDS), "still running");
    assertEquals(130, process.exitValue());
    assertFalse(Files.exists(run.resolve("checkpoint")));
  }

  private static void send(String signal, Process process) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start();
    assertEquals(0, kill.waitFor());
  }

  @Test
  void withoutTheVectorModuleItRunsWithOneWarningThatNamesTheFlag() throws Exception {
    Process process =
        Cli.start(
            dir,
            Cli.command(
                List.of("--enable-native-access=ALL-UNNAMED"),
                "train",
                Cli.SMALL,
                List.of("--data", data, "--steps", 1)));
    Cli.Result result = Cli.end(process, dir).succeeded();
    assertEquals(1, result.err().lines().count(), result.err());
    assertTrue(result.err().startsWith("lanewise: warning: "), result.err());
    assertTrue(result.err().contains("--add-modules jdk.incubator.vector"), result.err());
    assertTrue(result.out().contains("backend  scalar ("), result.out());
    // Nobody said where to: the run is named after its data.
    assertTrue(Files.exists(dir.resolve("runs/images-idx3-ubyte-batch-1/report.html")));
  }

  @Test
  void aFullDiskKeepsTheCheckpoint() throws Exception {
    Path run = dir.resolve("run");
    Cli.run("train", Cli.SMALL, "--data", data, "--out", run, "--steps", 2).succeeded();
    Path weights = run.resolve("checkpoint/generator.safetensors");
    byte[] before = Files.readAllBytes(weights);

    // A limit on the size of files stands in for the disk: writes fail in their middle.
    List<String> command =
        Cli.command(Cli.FLAGS, "train", "--resume", run, "--steps", 4, "--backend", "scalar");
    List<String> limited = List.of("bash", "-c", "ulimit -f 8 && exec \"$@\"", "bash");
    Process process = Cli.start(dir, Stream.concat(limited.stream(), command.stream()).toList());
    Cli.end(process, dir).failed(1, "cannot write", "checkpoint");
    assertEquals(before.length, Files.size(weights));
    assertEquals(-1, Files.mismatch(weights, run.resolve("generator.safetensors")));
    String resumed = Cli.run("train", "--resume", run, "--steps", 4).succeeded().out();
    assertTrue(resumed.contains("the first 2 are done"), resumed);
  }
}
