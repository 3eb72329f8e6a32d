package lanewise.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import lanewise.backend.cuda.Emulator;
import lanewise.backend.cuda.OnEmulator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs on the emulated GPU, in processes of their own. */
@OnEmulator
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CudaProcessTest {
  @TempDir Path dir;
  private Path data;

  @BeforeEach
  void makeData() throws IOException {
    data = Cli.images(dir.resolve("images-idx3-ubyte"), 40);
  }

  private Cli.Result emulated(String settings, Object... args) throws Exception {
    List<String> command = new ArrayList<>(Emulator.environment(settings));
    command.add("XDG_CACHE_HOME=" + dir.resolve("cache"));
    command.addAll(Cli.command(Cli.FLAGS, args));
    return Cli.end(Cli.start(dir, command), dir);
  }

  /** A run, which must leave nothing behind on the GPU. */
  private Cli.Result run(Object... args) throws Exception {
    Path left = dir.resolve("left");
    Cli.Result result = emulated("leaks=" + left, args).succeeded();
    assertEquals("", result.err());
    assertEquals("", Files.readString(left), "left behind on the GPU");
    return result;
  }

  private Cli.Result train(Object... more) throws Exception {
    return run("train", Cli.SMALL, "--backend", "cuda", "--data", data, List.of(more));
  }

  @ParameterizedTest
  @ValueSource(strings = {"fp32", "tf32", "bf16"})
  void twentyStepsLeaveAWholeRun(String precision) throws Exception {
    Path run = dir.resolve("run");
    String out = train("--out", run, "--steps", 20, "--precision", precision).out();
    assertTrue(out.contains("backend  cuda (emulated GPU"), out);
    assertEquals(20, Files.readAllLines(run.resolve("metrics.jsonl")).size());
    for (String file : List.of("report.html", "generator.safetensors", "samples/step-000020.png")) {
      assertTrue(Files.size(run.resolve(file)) > 0, file);
    }
  }

  @Test
  void aRunGoesOnToTheWeightsOfOneThatNeverStopped() throws Exception {
    Path whole = dir.resolve("whole");
    train("--out", whole, "--steps", 8, "--norm", "instance");
    Path resumed = dir.resolve("resumed");
    train("--out", resumed, "--steps", 5, "--norm", "instance");
    run("train", "--resume", resumed, "--steps", 8, "--backend", "cuda");
    for (String file : List.of("generator.safetensors", "discriminator.safetensors")) {
      assertEquals(-1, Files.mismatch(whole.resolve(file), resumed.resolve(file)), file);
    }
  }

  /** With batch norm, whose samples depend on each other, and without. */
  @Test
  void aLabMeasuresItsTrainingsAsTheCpuDoes() throws Exception {
    Path labelled = Cli.labelledImages(dir);
    Path classifier = dir.resolve("classifier.safetensors");
    Object[] epoch = {"--data", labelled, "--image-size=16", "--epochs=1", "--out", classifier};
    Cli.run("classifier", List.of(epoch)).succeeded();
    Path lab = dir.resolve("lab");
    List<Object> data = List.of("--data", labelled, "--classifier", classifier);
    List<String> grid = List.of("--norms=batch,instance", "--seeds=1", "--steps=2");
    run("lab", Cli.SMALL, data, grid, "--metrics-samples=100", "--backend=cuda", "--out", lab);
    for (String norm : List.of("batch", "instance")) {
      Path trained = lab.resolve(norm + "-seed0");
      Map<String, Object> onGpu = lastLine(trained);
      Object[] onCpu = {"--model", trained, "--samples=100", "--backend=scalar", "--json"};
      Cli.Result evaluated =
          Cli.run("evaluate", "--classifier", classifier, List.of(onCpu)).succeeded();
      Map<String, Object> expected = JSON.std.mapFrom(evaluated.out());
      for (String metric : List.of("frechet_lanewise", "diversity", "sample_dependence")) {
        double value = ((Number) expected.get(metric)).doubleValue();
        assertEquals(value, ((Number) onGpu.get(metric)).doubleValue(), 1e-3 * value, metric);
        assertEquals(
            norm.equals("instance") && metric.equals("sample_dependence"), value == 0, metric);
      }
    }
  }

  private static Map<String, Object> lastLine(Path run) throws IOException {
    return JSON.std.mapFrom(Files.readAllLines(run.resolve("metrics.jsonl")).getLast());
  }

  @Test
  void aGpuThatIsNotThereIsNamed() throws Exception {
    emulated("", "train", "--backend", "cuda", "--device", 3)
        .failed(1, "--device 3: there is no such GPU; the driver shows one, number 0");
  }
}
