package lanewise.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import lanewise.backend.cuda.Emulator;
import lanewise.backend.cuda.OnEmulator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Training on a GPU that fails: one line says why, nothing is left on it, no checkpoint is lost.
 */
@OnEmulator
@Timeout(value = 300, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GpuFaultsTest {
  private static final int FAILED_FOR_GOOD = 719;

  @TempDir Path dir;
  private Path data;

  @BeforeEach
  void makeData() throws IOException {
    data = Cli.images(dir.resolve("images-idx3-ubyte"), 40);
  }

  /** Trains in a JVM of its own, and holds it to leaving nothing on the GPU. */
  private Cli.Result train(String faults, Object... arguments) throws Exception {
    Path left = dir.resolve("left");
    List<String> command =
        new ArrayList<>(
            Emulator.environment("leaks=" + left + (faults.isEmpty() ? "" : ",") + faults));
    // What is measured there must not be read by other tests, nor stay with the user.
    command.add("XDG_CACHE_HOME=" + dir.resolve("cache"));
    command.addAll(Cli.command(Cli.FLAGS, "train", List.of(arguments)));
    Cli.Result result = Cli.end(Cli.start(dir, command), dir);
    assertEquals("", Files.readString(left), "left on the GPU after: " + result);
    return result;
  }

  private Cli.Result trainNew(String faults, Path run, int steps) throws Exception {
    List<Object> arguments = new ArrayList<>(Cli.SMALL);
    arguments.addAll(List.of("--backend", "cuda", "--data", data, "--out", run));
    arguments.addAll(List.of("--steps", steps, "--checkpoint-every", 4));
    return train(faults, arguments.toArray());
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 40})
  void memoryThatCannotBeHadEndsTheRun(int allocation) throws Exception {
    Path run = dir.resolve("run");
    trainNew("oom=" + allocation + "+", run, 20).failed(1, "out of memory");
    assertFalse(Files.exists(run.resolve("generator.safetensors")));
  }

  @Test
  void aGpuThatIsTooSmallSaysWhatWasAskedForAndWhatWouldFit() throws Exception {
    train(
            "memory=16M",
            "--backend",
            "cuda",
            "--data",
            data,
            "--out",
            dir.resolve("run"),
            "--batch-size",
            32)
        .failed(1, "out of memory", "MiB more were asked for", "of 16 MiB", "--batch-size");
  }

  @ParameterizedTest
  @CsvSource({
    "cuModuleLoadDataEx, 1, 222",
    "cudnnConvolutionForward, 2, 5000",
    "cuLaunchKernel, 100, 719",
    "cuMemcpyDtoHAsync_v2, 1, 700",
  })
  void aCallThatFailsIsNamed(String function, int call, int status) throws Exception {
    Path run = dir.resolve("run");
    String fault = "fail=%s:%d:%d".formatted(function, call, status);
    trainNew(fault, run, 20).failed(1, "GPU: " + function + " ", "failed: ");
    assertFalse(Files.exists(run.resolve("generator.safetensors")));
  }

  @Test
  void aStepThatCannotBeCapturedIsTrainedAllTheSame() throws Exception {
    Path captured = dir.resolve("captured");
    trainNew("", captured, 8).succeeded();
    Path run = dir.resolve("run");
    Cli.Result result = trainNew("fail=cuGraphInstantiateWithFlags:1:801", run, 8).succeeded();
    assertEquals(1, result.err().lines().count(), result.err());
    assertTrue(result.err().contains("cuGraphInstantiateWithFlags"), result.err());
    assertSameWeights(captured, run);
  }

  @Test
  void aGpuThatFailsInTheMidstOfARunLeavesTheCheckpointToGoOnFrom() throws Exception {
    int steps = 16;
    Path whole = dir.resolve("whole");
    trainNew("", whole, steps).succeeded();

    Path run = dir.resolve("run");
    trainNew("fail=cuGraphLaunch:6:" + FAILED_FOR_GOOD, run, steps)
        .failed(1, "GPU: ", "CUDA_ERROR_LAUNCH_FAILED", "checkpoint");
    assertTrue(Files.exists(run.resolve("checkpoint")));

    String text = train("", "--resume", run, "--steps", steps).succeeded().out();
    assertTrue(text.contains("are done"), "not from a checkpoint: " + text);
    assertSameWeights(whole, run);
  }

  private static void assertSameWeights(Path expected, Path actual) throws IOException {
    for (String file : List.of("generator.safetensors", "discriminator.safetensors")) {
      assertEquals(-1, Files.mismatch(expected.resolve(file), actual.resolve(file)), file);
    }
  }

  @Test
  void aGpuWithoutBf16SaysSoBeforeItIsAskedFor() throws Exception {
    List<Object> arguments = new ArrayList<>(Cli.SMALL);
    Path run = dir.resolve("run");
    arguments.addAll(List.of("--backend", "cuda", "--data", data, "--out", run));
    arguments.addAll(List.of("--precision", "bf16"));
    train("capability=75", arguments.toArray())
        .failed(1, "--precision bf16: GPU 0 (emulated GPU) has compute capability 7.5", "fp32");
    assertFalse(Files.exists(run));
  }

  @Test
  void aMachineThatCannotDoItSaysWhy() throws Exception {
    Path run = dir.resolve("run");
    trainNew("driver=11040", run, 4).failed(1, "cuda cannot run here: the driver is too old");
    assertFalse(Files.exists(run), "a run folder for nothing");
  }
}
