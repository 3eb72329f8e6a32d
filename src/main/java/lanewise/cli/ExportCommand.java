package lanewise.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.backend.Precision;
import lanewise.model.Norm;
import lanewise.nn.Statistics;
import lanewise.onnx.OnnxExporter;
import lanewise.train.NetworkExport;
import lanewise.train.OnnxCheck;
import lanewise.train.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Writes a trained generator for other programs. */
@Command(
    name = "export",
    description = {
      "Writes a trained generator for other programs: as an ONNX model, or as weights for PyTorch.",
      "Of a run, those that its samples are made with: their average, if it was trained with --ema."
    },
    sortOptions = false,
    abbreviateSynopsis = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  lanewise export --model runs/fashion-mnist-batch-1 --format onnx",
      "  lanewise export --model RUN --format onnx --opset 21 --out clothes.onnx",
      "  lanewise export --model latest_net_G.pth --format onnx",
      "  lanewise export --model RUN/checkpoint/generator.safetensors --format safetensors --out"
          + " g.safetensors"
    })
final class ExportCommand implements Runnable {
  @Spec private CommandSpec spec;

  /** What a generator can be written as. */
  enum Format {
    ONNX,
    SAFETENSORS;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = {"-m", "--model"},
      paramLabel = "RUN|FILE",
      required = true,
      description =
          "A run's folder; or weights, also of PyTorch's DCGAN, of pix2pix, CycleGAN and style"
              + " transfer (safetensors, or PyTorch's .pth).")
  private Path model;

  @Mixin private StateDictKey stateDict;

  @Option(
      names = {"-f", "--format"},
      paramLabel = "NAME",
      required = true,
      converter = Choice.OfFormat.class,
      completionCandidates = Choice.OfFormat.class,
      description = {
        "onnx: a model of any number of samples, and of images of any size.",
        "safetensors: the weights by PyTorch's names, for load_state_dict(strict=True)."
      })
  private Format format;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description = "Default: generator.onnx or generator.safetensors")
  private Path out;

  @Option(names = "--force", description = "Replace a file that exists.")
  private boolean force;

  @Option(
      names = "--opset",
      paramLabel = "N",
      description = {
        "Version of ONNX's operations, from "
            + OnnxExporter.OLDEST_OPSET
            + " to "
            + OnnxExporter.NEWEST_OPSET
            + ".",
        "Default: " + OnnxExporter.DEFAULT_OPSET
      })
  private Integer opset;

  @Option(
      names = "--statistics",
      paramLabel = "NAME",
      converter = Choice.OfStatistics.class,
      completionCandidates = Choice.OfStatistics.class,
      description = {
        "What batch norm uses in an ONNX model of images to images: running averages, or those of",
        "the input, each image by itself.",
        "Default: input for pix2pix and CycleGAN, running for style transfer"
      })
  private Statistics statistics;

  @Option(
      names = "--norm",
      paramLabel = "NAME",
      converter = Choice.OfNorm.class,
      completionCandidates = Choice.OfNorm.class,
      description =
          "For files that do not tell, what the generator was trained with:"
              + " ${COMPLETION-CANDIDATES}.")
  private Norm norm;

  @Mixin private EngineArguments engine;

  @Override
  public void run() {
    Path file = out == null ? Path.of("generator." + format) : out;
    check(file);
    try (Backend backend = engine.open();
        NetworkExport export =
            NetworkExport.open(backend, model, stateDict.value(), norm, statistics)) {
      write(export, file, spec.commandLine().getOut());
    }
  }

  private void check(Path file) {
    if (opset != null && format != Format.ONNX) {
      throw usage("--opset is of --format onnx alone; leave it out");
    }
    if (opset != null && (opset < OnnxExporter.OLDEST_OPSET || opset > OnnxExporter.NEWEST_OPSET)) {
      throw usage(
          "--opset must be from %d to %d, not %d"
              .formatted(OnnxExporter.OLDEST_OPSET, OnnxExporter.NEWEST_OPSET, opset));
    }
    if (engine.precision != Precision.FP32) {
      throw usage("what is exported is checked in fp32; leave out --precision");
    }
    if (Files.isDirectory(file)) {
      throw usage("--out %s is a folder; name a file".formatted(file));
    }
    if (statistics != null && format != Format.ONNX) {
      throw usage("--statistics is of --format onnx alone; leave it out");
    }
    Path source = Files.isDirectory(model) ? new RunFolder(model).generator() : model;
    if (isSame(source, file)) {
      throw usage("--out %s is the model itself; name another file".formatted(file));
    }
    if (!force && Files.exists(file)) {
      throw new UserException(
          "%s exists; give --force to replace it, or another --out".formatted(file));
    }
  }

  private static boolean isSame(Path source, Path file) {
    try {
      return Files.exists(source) && Files.exists(file) && Files.isSameFile(source, file);
    } catch (IOException e) {
      // What cannot be looked at is refused when it is read or written.
      return false;
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private void write(NetworkExport export, Path file, PrintWriter text) {
    switch (format) {
      case ONNX -> {
        int version = opset == null ? OnnxExporter.DEFAULT_OPSET : opset;
        OnnxCheck check = export.writeOnnx(file, version);
        text.printf("written  %s, opset %d: %s%n", file, version, export.signature());
        text.printf(
            "checked  read back and run on %s: differs from the network by at most %.1e, where that"
                + " gives up to %.1e%n",
            check.samples() == 1 ? "a random sample" : check.samples() + " random samples",
            check.difference(),
            check.largest());
      }
      case SAFETENSORS -> {
        int tensors = export.writeSafetensors(file);
        text.printf("written  %s, %d tensors%n", file, tensors);
        text.println("checked  read back, equal bit for bit");
      }
    }
    text.flush();
  }
}
