package lanewise.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.inference.Luminance;
import lanewise.inference.ModelFile;
import lanewise.inference.PictureModel;
import lanewise.io.AtomicFiles;
import lanewise.model.ValueRange;
import lanewise.nn.Statistics;
import lanewise.picture.Picture;
import lanewise.picture.Pictures;
import lanewise.picture.ResizeFilter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Applies a network to a picture, or to all pictures of a folder. */
abstract class PictureCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = {"-m", "--model"},
      paramLabel = "RUN|FILE",
      required = true,
      description = {
        "A run's folder; weights (safetensors, or PyTorch's .pth), whose architecture is told by",
        "their names and sizes; or an ONNX model from one image to another (.onnx)."
      })
  private Path model;

  @Parameters(index = "0", paramLabel = "IN", description = "A picture (PNG, JPEG), or a folder.")
  private Path in;

  @Parameters(
      index = "1",
      paramLabel = "OUT",
      description = "The result: .png or .jpg; of a folder, a folder.")
  private Path out;

  @Mixin private StateDictKey stateDict;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      description = "Resize each picture before, so that its longer side has so many pixels.")
  private Integer size;

  @Option(
      names = "--original-colors",
      description = "Keep each picture's own colours: only its luminance changes.")
  private boolean originalColors;

  @Option(
      names = "--statistics",
      paramLabel = "NAME",
      converter = Choice.OfStatistics.class,
      completionCandidates = Choice.OfStatistics.class,
      description = {
        "What batch norm uses: running averages, or those of the input, which is each picture.",
        "Default: input for pix2pix and CycleGAN, running for style transfer"
      })
  private Statistics statistics;

  @Option(
      names = "--range",
      paramLabel = "BLACK..WHITE",
      description = {
        "What a picture's black and white are for an ONNX model: 0..1, -1..1, ...",
        "Default: 0..255; other models' is known"
      })
  private String range;

  @Option(
      names = Pictures.MAX_PIXELS_OPTION,
      paramLabel = "N",
      defaultValue = "" + Pictures.DEFAULT_MAX_PIXELS,
      description = "The largest picture that is read. Default: ${DEFAULT-VALUE}")
  private long maxPixels;

  @Option(names = "--force", description = "Replace results that exist.")
  private boolean force;

  @Mixin private EngineArguments engine;

  @Override
  public Integer call() {
    if (size != null && size < 1) {
      throw usage("--size must be at least 1, not " + size);
    }
    if (maxPixels < 1) {
      throw usage(Pictures.MAX_PIXELS_OPTION + " must be at least 1, not " + maxPixels);
    }
    if (!Files.exists(in)) {
      throw new UserException(in + " does not exist; give a picture or a folder of pictures");
    }
    return Files.isDirectory(in) ? folder() : picture();
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private PrintWriter text() {
    return spec.commandLine().getOut();
  }

  private ValueRange values() {
    try {
      return range == null ? null : ValueRange.named(range);
    } catch (UserException e) {
      throw new ParameterException(spec.commandLine(), "--range is " + e.getMessage(), e);
    }
  }

  private PictureModel open(Backend backend) {
    return ModelFile.open(backend, model, stateDict.value(), statistics, values());
  }

  private int picture() {
    Path result = Files.isDirectory(out) ? out.resolve(in.getFileName()) : out;
    Pictures.checkName(result);
    requireAbsent(result);
    try (Backend backend = engine.open();
        PictureModel network = open(backend)) {
      text().println(network);
      apply(network, in, result);
      text().println(result);
    }
    return 0;
  }

  private int folder() {
    if (Files.exists(out) && !Files.isDirectory(out)) {
      throw usage("%s is a folder, so OUT must be one too; %s is a file".formatted(in, out));
    }
    if (isSame(in, out)) {
      throw usage("OUT must be another folder than IN, or results would replace pictures");
    }
    PictureFolder pictures = PictureFolder.of(in);
    int failures = 0;
    try (Backend backend = engine.open();
        PictureModel network = open(backend)) {
      text().println(network);
      try (PictureProgress progress = PictureProgress.of(text(), pictures.files().size())) {
        for (Path file : pictures.files()) {
          try {
            Path result = out.resolve(file.getFileName());
            requireAbsent(result);
            apply(network, file, result);
            progress.done(file);
          } catch (UserException e) {
            failures++;
            progress.failed(file, e.getMessage());
          }
        }
      }
    }
    int made = pictures.files().size() - failures;
    text().printf("%d pictures in %s%s%n", made, out, pictures.rest(failures));
    text().flush();
    return failures == 0 ? 0 : 1;
  }

  private void requireAbsent(Path result) {
    if (!force && Files.exists(result)) {
      throw new UserException(
          "%s exists; give --force to replace it, or another name".formatted(result));
    }
  }

  private static boolean isSame(Path a, Path b) {
    try {
      return Files.exists(b) && Files.isSameFile(a, b);
    } catch (IOException e) {
      throw new UserException("cannot look at %s: %s".formatted(b, AtomicFiles.reason(e)), e);
    }
  }

  private void apply(PictureModel network, Path source, Path result) {
    Picture picture = Pictures.read(source, maxPixels);
    if (size != null) {
      picture = resized(picture);
    }
    Picture made = network.apply(picture);
    if (originalColors) {
      made =
          Luminance.with(picture.resized(made.width(), made.height(), ResizeFilter.BICUBIC), made);
    }
    Pictures.write(result, made);
  }

  private Picture resized(Picture picture) {
    double scale = (double) size / Math.max(picture.width(), picture.height());
    int width = Math.max(1, (int) Math.round(scale * picture.width()));
    int height = Math.max(1, (int) Math.round(scale * picture.height()));
    if ((long) width * height > maxPixels) {
      throw new UserException(
          "--size %d makes %d x %d pixels of it, at most %d are allowed; %s allows more"
              .formatted(size, width, height, maxPixels, Pictures.MAX_PIXELS_OPTION));
    }
    return picture.resized(width, height, ResizeFilter.BICUBIC);
  }
}
