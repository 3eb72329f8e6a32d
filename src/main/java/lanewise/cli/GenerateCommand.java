package lanewise.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.io.Images;
import lanewise.model.GanSpec;
import lanewise.nn.Statistics;
import lanewise.train.TrainedGenerator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Makes images with a trained generator. */
@Command(
    name = "generate",
    description = "Makes images with a trained generator.",
    sortOptions = false,
    abbreviateSynopsis = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  lanewise generate --model runs/fashion-mnist-batch-1",
      "  lanewise generate --model RUN --count 16 --seed 7 --out clothes.png",
      "  lanewise generate --model RUN --count 10000 --separate clothes/",
      "  lanewise generate --model generator.safetensors --norm instance"
    })
final class GenerateCommand implements Runnable {
  /** 10,000 images of 64 pixels make a PNG of 6,600 x 6,600, about what viewers still open. */
  private static final int LARGEST_GRID = 10_000;

  @Spec private CommandSpec spec;

  @Mixin private GeneratorArguments model;

  @Option(
      names = {"-n", "--count"},
      paramLabel = "N",
      defaultValue = "64",
      description = "How many images. Default: ${DEFAULT-VALUE}")
  private int count;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = {
        "The same seed gives the same images; that of the run gives its sample grid.",
        "Default: ${DEFAULT-VALUE}"
      })
  private long seed;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      description = "All images as one PNG; replaced if it exists. Default: generated.png")
  private Path out;

  @Option(
      names = "--separate",
      paramLabel = "DIR",
      description =
          "Each image as a PNG of its own, in a new or empty folder; no grid then,"
              + " unless --out asks for it.")
  private Path separate;

  @Option(
      names = "--class",
      paramLabel = "N",
      description = "Of this class only, where the generator is told classes. Default: all in turn")
  private Integer wanted;

  @Option(
      names = "--statistics",
      paramLabel = "NAME",
      defaultValue = "running",
      converter = Choice.OfStatistics.class,
      completionCandidates = Choice.OfStatistics.class,
      description = {
        "What batch norm uses: running averages, or those of the input, 64 images at a time.",
        "Default: ${DEFAULT-VALUE}"
      })
  private Statistics statistics;

  @Mixin private EngineArguments engine;

  @Override
  public void run() {
    check();
    try (Backend backend = engine.open();
        TrainedGenerator generator = model.open(backend)) {
      PrintWriter text = spec.commandLine().getOut();
      int label = wanted == null ? TrainedGenerator.EVERY_CLASS : wanted;
      float[] images = generator.images(count, seed, statistics, label);
      if (separate != null) {
        writeSeparately(images, generator.spec());
        text.printf("%d images in %s%n", count, separate);
      }
      if (separate == null || out != null) {
        Path file = out == null ? Path.of("generated.png") : out;
        writeGrid(file, images, generator.spec());
        text.printf("%d images in %s%n", count, file);
      }
    }
  }

  private void check() {
    if (model.path() == null) {
      throw usage("which generator? give --model RUN");
    }
    if (count < 1) {
      throw usage("--count must be at least 1, not " + count);
    }
    if (count > LARGEST_GRID && (separate == null || out != null)) {
      throw usage(
          "--count %d is too many for one image; use --separate DIR instead".formatted(count));
    }
    if (out != null && Files.isDirectory(out)) {
      throw usage("--out %s is a folder; use --separate %s, or name a file".formatted(out, out));
    }
    if (separate != null && !isNewOrEmpty(separate)) {
      throw new UserException(
          "--separate %s exists and is not an empty folder; choose another".formatted(separate));
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private static boolean isNewOrEmpty(Path folder) {
    try (Stream<Path> files = Files.isDirectory(folder) ? Files.list(folder) : Stream.of()) {
      return files.findAny().isEmpty() && (Files.isDirectory(folder) || !Files.exists(folder));
    } catch (IOException e) {
      return false;
    }
  }

  private void writeSeparately(float[] images, GanSpec gan) {
    int size = gan.imageSize();
    int sample = gan.channels() * size * size;
    for (int i = 0; i < count; i++) {
      Path file = separate.resolve("%05d.png".formatted(i));
      float[] image = Arrays.copyOfRange(images, i * sample, (i + 1) * sample);
      Images.writePng(file, image, gan.channels(), size, size);
    }
  }

  private void writeGrid(Path file, float[] images, GanSpec gan) {
    int size = gan.imageSize();
    int columns = (int) Math.ceil(Math.sqrt(count));
    Images.writeGrid(file, images, count, gan.channels(), size, size, columns);
  }
}
