package lanewise.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import lanewise.Names;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.onnx.HostTensor;
import lanewise.onnx.OnnxModel;
import lanewise.onnx.OnnxSession;
import lanewise.onnx.Port;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs an ONNX model. */
@Command(
    name = "run",
    description = "Runs an ONNX model, of opsets 7 to 22, on any backend.",
    sortOptions = false,
    abbreviateSynopsis = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  lanewise run model.onnx --input x.npy --out out/",
      "  lanewise run style.onnx --input photo.jpg --range 0..255 --out out/",
      "  lanewise run classifier.onnx --input photo.jpg --resize --mean 0.485,0.456,0.406"
          + " --std 0.229,0.224,0.225",
      "  lanewise run model.onnx --input content=a.npy --input style=b.npy --out out/",
      "  lanewise run --operations"
    })
final class RunCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL",
      description = "An ONNX file; weights in external files are looked for beside it.")
  private Path file;

  @Option(
      names = {"-i", "--input"},
      paramLabel = "[NAME=]FILE",
      description = {
        "An input: a .npy file, or a PNG or JPEG, which is a batch of one. The name may be left out"
            + " if the model has one input.",
        "Without any, the model's inputs and outputs are printed, and nothing is computed."
      })
  private List<String> inputs = List.of();

  @Option(
      names = {"-o", "--out", "--output"},
      paramLabel = "DIR",
      description =
          "Where each output goes, as NAME.npy and, if it has 1 or 3 channels, as NAME.png; files"
              + " of these names are replaced. Default: nowhere, only shapes are printed.")
  private Path output;

  @Option(names = "--operations", description = "Print the operations that are supported.")
  private boolean operations;

  @Mixin private PictureArguments pictures;

  @Mixin private EngineArguments engine;

  @Override
  public void run() {
    PrintWriter text = spec.commandLine().getOut();
    if (operations) {
      OnnxModel.operations().forEach(text::println);
      return;
    }
    if (file == null) {
      throw new ParameterException(spec.commandLine(), "which model? Name an ONNX file");
    }
    TensorFiles files = new TensorFiles(pictures);
    OnnxModel model = OnnxModel.read(file);
    text.printf("model    %s (opset %d, %d nodes)%n", file, model.opset(), model.nodes().size());
    if (inputs.isEmpty() && !model.inputs().isEmpty()) {
      model.inputs().forEach(port -> text.printf("input    %s%n", port));
      model.outputs().forEach(port -> text.printf("output   %s%n", port));
      return;
    }
    Map<String, HostTensor> given = read(model, files);
    given.forEach((name, tensor) -> text.printf("input    %s: %s%n", name, tensor.summary()));
    run(model, given, files, text);
  }

  private Map<String, HostTensor> read(OnnxModel model, TensorFiles files) {
    Map<String, HostTensor> given = new LinkedHashMap<>();
    for (String input : inputs) {
      Port port = portOf(model, input);
      boolean isNamed = input.startsWith(port.name() + "=");
      Path path = Path.of(isNamed ? input.substring(port.name().length() + 1) : input);
      if (given.put(port.name(), files.read(path, port)) != null) {
        throw new UserException("--input %s is given twice".formatted(port.name()));
      }
    }
    return given;
  }

  /** The input that an option names, or the only one there is. */
  private static Port portOf(OnnxModel model, String input) {
    for (Port port : model.inputs()) {
      if (input.startsWith(port.name() + "=")) {
        return port;
      }
    }
    List<String> names = model.inputs().stream().map(Port::name).toList();
    int equals = input.indexOf('=');
    if (equals > 0 && !Files.exists(Path.of(input))) {
      throw new UserException(Names.unknown("input", input.substring(0, equals), names));
    }
    if (names.size() != 1) {
      throw new UserException(
          "--input %s does not say which input it is: NAME=%s, with a NAME of %s"
              .formatted(input, input, String.join(", ", names)));
    }
    return model.inputs().getFirst();
  }

  private void run(
      OnnxModel model, Map<String, HostTensor> given, TensorFiles files, PrintWriter text) {
    try (Backend backend = engine.open()) {
      text.printf("backend  %s%n", EngineArguments.describe(backend.description()));
      long start = System.nanoTime();
      try (OnnxSession session = model.open(backend)) {
        text.printf("open     %s%n", seconds(start));
        start = System.nanoTime();
        Map<String, HostTensor> results = session.run(given);
        text.printf("run      %s%n", seconds(start));
        results.forEach(
            (name, tensor) -> {
              String line = "output   %s: %s".formatted(name, tensor.summary());
              text.println(output == null ? line : line + written(name, tensor, files));
            });
      }
    }
  }

  private String written(String name, HostTensor tensor, TensorFiles files) {
    return files.write(output, name, tensor).stream()
        .map(Path::toString)
        .collect(Collectors.joining(", ", " -> ", ""));
  }

  private static String seconds(long start) {
    return "%.3f s".formatted((System.nanoTime() - start) / 1e9);
  }
}
