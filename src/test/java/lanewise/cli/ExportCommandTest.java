package lanewise.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.io.Safetensors;
import lanewise.io.StateDictFile;
import lanewise.io.TensorEntry;
import lanewise.model.Norm;
import lanewise.model.TranslatorSpec;
import lanewise.nn.Initialization;
import lanewise.nn.Network;
import lanewise.onnx.OnnxModel;
import lanewise.onnx.OnnxNode;
import lanewise.train.StateDict;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExportCommandTest {
  @TempDir static Path runs;
  @TempDir Path dir;

  @BeforeAll
  static void train() throws IOException {
    Path data = Cli.images(runs.resolve("images-idx3-ubyte"), 40);
    Cli.run(
            "train",
            Cli.SMALL,
            List.of("--data", data, "--steps", 2, "--ema", 0.5, "--out", runs.resolve("averaged")))
        .succeeded();
    Cli.run(
            "train",
            List.of("--data", "ring-8", "--ngf", 16, "--ndf", 8, "--batch-size", 8),
            List.of("--steps", 2, "--out", runs.resolve("points")))
        .succeeded();
  }

  private static Cli.Result export(Path model, Object... more) {
    return Cli.run("export", "--model", model, List.of(more));
  }

  @Test
  void aRunsWeightsAreThoseThatItsSamplesAreMadeWith() throws IOException {
    Path run = runs.resolve("averaged");
    Path out = dir.resolve("new/folder/weights.safetensors");
    String text = export(run, "--format", "safetensors", "--out", out).succeeded().out();
    assertTrue(text.contains("equal bit for bit"), text);
    assertEqualTensors(run.resolve("generator.safetensors"), out);
    assertEqualSpecs(run.resolve("generator.safetensors"), out);
    Path latest = dir.resolve("latest.safetensors");
    Path checkpoint = run.resolve("checkpoint/generator.safetensors");
    export(checkpoint, "--format", "safetensors", "--out", latest).succeeded();
    assertEqualTensors(checkpoint, latest);
    assertFalse(Arrays.equals(firstWeight(latest), firstWeight(out)));
  }

  private static void assertEqualTensors(Path expected, Path actual) {
    try (Safetensors a = Safetensors.open(expected);
        Safetensors b = Safetensors.open(actual)) {
      assertEquals(List.copyOf(a.names()), List.copyOf(b.names()));
      a.names().forEach(name -> assertArrayEquals(a.shape(name), b.shape(name)));
      a.names().forEach(name -> assertArrayEquals(a.floats(name), b.floats(name)));
    }
  }

  private static void assertEqualSpecs(Path expected, Path actual) {
    try (Safetensors a = Safetensors.open(expected);
        Safetensors b = Safetensors.open(actual)) {
      assertEquals(a.metadata().get("lanewise.spec"), b.metadata().get("lanewise.spec"));
    }
  }

  private static float[] firstWeight(Path file) {
    try (Safetensors tensors = Safetensors.open(file)) {
      return tensors.floats("main.0.weight");
    }
  }

  @Test
  void aDcganOfPyTorchIsWrittenAsItWasRead() {
    Path file = Path.of("src/test/resources/lanewise/io/torch/dcgan.pth");
    Path out = dir.resolve("G.safetensors");
    export(file, "--format", "safetensors", "--out", out).failed(1, "--state-dict");
    export(file, "--state-dict", "netG", "--format", "safetensors", "--out", out).succeeded();
    List<TensorEntry> read = StateDictFile.read(file, "netG");
    List<TensorEntry> written = StateDictFile.read(out);
    assertEquals(names(read), names(written));
    for (int i = 0; i < read.size(); i++) {
      assertArrayEquals(read.get(i).data(), written.get(i).data(), read.get(i).name());
    }
    export(file, "--state-dict", "netG", "--format", "onnx", "--out", dir.resolve("G.onnx"))
        .succeeded();
  }

  private static List<String> names(List<TensorEntry> tensors) {
    return tensors.stream().map(TensorEntry::name).sorted().toList();
  }

  @Test
  void onnxModelsTakeWhatTheGeneratorTakes() throws IOException {
    Path out = dir.resolve("points.onnx");
    String text =
        export(runs.resolve("points"), "--format", "onnx", "--out", out, "--backend", "scalar")
            .succeeded()
            .out();
    assertTrue(text.contains("opset 17: z to point"), text);
    assertTrue(text.contains("read back and run on 2 random samples"), text);
    assertTrue(Files.size(out) > 4 * 3 * 16 * 16, text);
  }

  @Test
  void networksFromImagesToImagesAreToldByTheirWeights() throws IOException {
    TranslatorSpec unet = TranslatorSpec.unet(3, 3, 2, 5, Norm.BATCH, true);
    Path weights = dir.resolve("latest_net_G.safetensors");
    try (Backend backend = Backends.open("scalar");
        Network network = new Network(backend, unet.network())) {
      network.initialize(Initialization.DEFAULT, 1);
      Safetensors.write(weights, StateDict.of(network), Map.of());
    }
    Path own = dir.resolve("own.onnx");
    Path running = dir.resolve("running.onnx");
    Path copy = dir.resolve("copy.safetensors");
    String text = export(weights, "-f", "onnx", "-o", own).succeeded().out();
    assertTrue(text.contains("image to output"), text);
    assertTrue(text.contains("on a random sample"), text);
    export(weights, "-f", "onnx", "--statistics", "running", "-o", running).succeeded();
    assertTrue(operations(own).contains("InstanceNormalization"));
    assertFalse(operations(running).stream().anyMatch(name -> name.endsWith("Normalization")));
    export(weights, "-f", "safetensors", "-o", copy).succeeded();
    assertEqualTensors(weights, copy);
    export(weights, "-f", "onnx", "--norm", "batch", "-o", dir.resolve("x")).failed(1, "--norm");
    export(runs.resolve("points"), "-f", "onnx", "--statistics", "input", "-o", dir.resolve("x"))
        .failed(1, "leave out --statistics");
  }

  private static Set<String> operations(Path model) {
    return OnnxModel.read(model).nodes().stream()
        .map(OnnxNode::operation)
        .collect(Collectors.toSet());
  }

  @Test
  void formatsAndOptionsThatDoNotGoTogetherAreUsageErrors() {
    Path run = runs.resolve("averaged");
    export(run).failed(2, "--format");
    export(run, "--format", "tflite").failed(2, "tflite", "onnx", "safetensors");
    export(run, "--format", "onnx", "--opset", 12).failed(2, "--opset must be from 13 to 22");
    export(run, "--format", "safetensors", "--opset", 17).failed(2, "--opset is of --format onnx");
    export(run, "--format", "onnx", "--precision", "bf16").failed(2, "leave out --precision");
    export(run, "--format", "onnx", "--out", dir).failed(2, "is a folder");
    export(run, "--format", "safetensors", "--out", run.resolve("generator.safetensors"))
        .failed(2, "is the model itself");
  }

  @Test
  void whatCannotBeExportedLeavesTheOldFile() throws IOException {
    Path out = Files.writeString(dir.resolve("old.onnx"), "old");
    export(runs.resolve("points"), "--format", "onnx", "--out", out).failed(1, "give --force");
    export(dir, "--format", "onnx", "--force", "--out", out).failed(1, "is not a run");
    export(dir.resolve("no.safetensors"), "--format", "onnx", "--force", "--out", out)
        .failed(1, "no such file");
    Path discriminator = runs.resolve("averaged/discriminator.safetensors");
    export(discriminator, "--format", "onnx", "--force", "--out", out)
        .failed(1, "a discriminator, not a generator");
    assertEquals("old", Files.readString(out));
    export(runs.resolve("averaged"), "--format", "onnx", "--out", out.resolve("below.onnx"))
        .failed(1, "cannot write", "is not a folder");
    try (Stream<Path> files = Files.list(dir)) {
      assertEquals(Set.of(out), files.collect(Collectors.toSet()));
    }
  }
}
