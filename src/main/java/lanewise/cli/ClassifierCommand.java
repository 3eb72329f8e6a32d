package lanewise.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import lanewise.backend.Backend;
import lanewise.data.Dataset;
import lanewise.data.Datasets;
import lanewise.data.Subset;
import lanewise.train.ClassifierTrainer;
import lanewise.train.TrainedClassifier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains the classifier on whose features the metrics of images are measured. */
@Command(
    name = "classifier",
    description = {
      "Trains a small classifier on labelled images, on whose features evaluate measures.",
      "Its accuracy is that on the test images beside the data, or on a sixth that is held out."
    },
    sortOptions = false,
    abbreviateSynopsis = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  lanewise classifier --data cifar-10-batches-bin/ --out cifar.safetensors",
      "  lanewise classifier --data photos/ --image-size 64 --out photos.safetensors"
    })
final class ClassifierCommand implements Runnable {
  /** Of the data that has no test images beside it, one sample in so many is held out. */
  private static final int HELD_OUT = 6;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-d", "--data"},
      paramLabel = "DATA",
      description = {
        "Labelled images, as for train: IDX with its labels, CIFAR-10, or a folder with one folder"
            + " for each class.",
        "Default: fashion-mnist"
      })
  private String data;

  @Option(
      names = "--image-size",
      paramLabel = "PIXELS",
      description = "Side of the images. Default: 64 for folders of images, else 32")
  private int imageSize;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      required = true,
      description = "Where the classifier goes; replaced if it exists.")
  private Path out;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "6",
      description = "Passes over the data. Default: ${DEFAULT-VALUE}")
  private int epochs;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of the weights and the order of the data. Default: ${DEFAULT-VALUE}")
  private long seed;

  @Mixin private EngineArguments engine;

  @Override
  public void run() {
    check();
    PrintWriter text = spec.commandLine().getOut();
    int side = imageSize == 0 ? Datasets.defaultImageSize(data) : imageSize;
    String name = Datasets.resolve(data);
    Dataset training = Datasets.open(name, side, 0, seed, text::println);
    Dataset test = Datasets.openTest(name, side, training.channels(), seed, text::println);
    if (test == null) {
      Subset.Split split = Subset.holdOut(training, HELD_OUT, seed);
      training = split.kept();
      test = split.heldOut();
    }
    try (Backend backend = engine.open()) {
      text.println("data     " + training.name());
      text.println("backend  " + EngineArguments.describe(backend.description()));
      text.flush();
      train(backend, Path.of(name).getFileName().toString(), training, test, text);
    }
  }

  private void check() {
    if (epochs < 1) {
      throw usage("--epochs must be at least 1, not " + epochs);
    }
    if (Files.isDirectory(out)) {
      throw usage("--out %s is a folder; name a file".formatted(out));
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private void train(
      Backend backend, String name, Dataset training, Dataset test, PrintWriter text) {
    long start = System.nanoTime();
    try (TrainedClassifier trained =
        ClassifierTrainer.train(
            backend,
            name,
            training,
            epochs,
            seed,
            epoch -> {
              text.printf("epoch    %d of %d, loss %.3f%n", epoch.number(), epochs, epoch.loss());
              text.flush();
            })) {
      Duration time = Duration.ofNanos(System.nanoTime() - start);
      TrainedClassifier tested = trained.tested(test);
      tested.write(out);
      text.printf("trained  %,d parameters in %s%n", tested.parameterCount(), Pace.clock(time));
      text.printf("accuracy %.2f %% on %s%n", 100 * tested.origin().accuracy(), test.name());
      text.printf("written  %s%n", out);
      text.flush();
    }
  }
}
