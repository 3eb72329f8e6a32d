package lanewise.cli;

import java.nio.file.Path;
import lanewise.UserException;
import lanewise.data.Datasets;
import lanewise.model.Norm;
import lanewise.train.TrainOptions;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The options of {@code train} that make up its {@link TrainOptions}. */
final class TrainArguments {
  private static final String DEFAULT = " Default: ${DEFAULT-VALUE}";

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = {"-d", "--data", "--dataroot"},
      paramLabel = "DATA",
      description = {
        "fashion-mnist, stacked-fashion-mnist (three images as channels, 1,000 classes), or the"
            + " path of an IDX file, of CIFAR-10's binary files, or of a folder with PNG and JPEG"
            + " images.",
        "Default: fashion-mnist"
      })
  private String data;

  @Option(
      names = {"--image-size", "--imageSize"},
      paramLabel = "PIXELS",
      description = "Side of the images. Default: 64 for folders of images, else 32")
  private int imageSize;

  @Option(
      names = "--norm",
      paramLabel = "NAME",
      defaultValue = "batch",
      converter = NormName.class,
      completionCandidates = NormName.class,
      description = "Normalisation: ${COMPLETION-CANDIDATES}." + DEFAULT)
  private Norm norm;

  @Option(
      names = {"-b", "--batch-size", "--batchSize"},
      paramLabel = "N",
      defaultValue = "64",
      description = "Images in a step." + DEFAULT)
  private int batchSize;

  @Option(
      names = "--lr",
      paramLabel = "RATE",
      defaultValue = "2e-4",
      description = "Adam's learning rate." + DEFAULT)
  private double lr;

  @Option(
      names = "--beta1",
      paramLabel = "BETA",
      defaultValue = "0.5",
      description = "Adam's first decay." + DEFAULT)
  private double beta1;

  @Option(
      names = {"--latent", "--nz"},
      paramLabel = "N",
      defaultValue = "100",
      description = "Size of the latent vector." + DEFAULT)
  private int latent;

  @Option(
      names = "--ngf",
      paramLabel = "N",
      defaultValue = "64",
      description = "Channels of the generator's last hidden layer." + DEFAULT)
  private int ngf;

  @Option(
      names = "--ndf",
      paramLabel = "N",
      defaultValue = "64",
      description = "Channels of the discriminator's first layer." + DEFAULT)
  private int ndf;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Of weights, latents and the order of the data." + DEFAULT)
  private long seed;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Steps in all. Default: " + TrainOptions.DEFAULT_STEPS)
  private long steps;

  @Option(
      names = {"--epochs", "--niter"},
      paramLabel = "N",
      description = "Passes over the data in all, instead of --steps.")
  private int epochs;

  @Option(
      names = "--sample-every",
      paramLabel = "STEPS",
      defaultValue = "100",
      description = "Write a grid of samples this often." + DEFAULT)
  private int sampleEvery;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "STEPS",
      defaultValue = "500",
      description = "Write a checkpoint this often." + DEFAULT)
  private int checkpointEvery;

  @Mixin private EngineArguments engine;

  /** The options of a new run. */
  TrainOptions ofNewRun() {
    int usualSize = Datasets.defaultImageSize(data);
    return over(TrainOptions.defaults(Datasets.resolve(data), usualSize));
  }

  /**
   * The options of a run that goes on, with what was given now.
   *
   * @throws UserException if that would make it another run
   */
  TrainOptions ofResumed(Path run) {
    TrainOptions old = TrainOptions.read(run.resolve("options.json"));
    TrainOptions wanted = over(old);
    if (!old.differences(wanted).isEmpty()) {
      throw new UserException(
          "%s was trained with other options (%s); leave them out to go on, or start a new run"
              .formatted(run, String.join("; ", old.differences(wanted))));
    }
    return wanted;
  }

  /** {@code base}, except for what was given. */
  private TrainOptions over(TrainOptions base) {
    boolean newLength = given("--steps") || given("--epochs");
    try {
      return new TrainOptions(
          given("--data") ? Datasets.resolve(data) : base.data(),
          given("--image-size") ? imageSize : base.imageSize(),
          given("--norm") ? norm.toString() : base.norm(),
          given("--batch-size") ? batchSize : base.batchSize(),
          given("--lr") ? lr : base.lr(),
          given("--beta1") ? beta1 : base.beta1(),
          newLength ? epochs : base.epochs(),
          newLength ? steps : base.steps(),
          given("--seed") ? seed : base.seed(),
          given("--backend") ? engine.backend : base.backend(),
          given("--threads") ? engine.threads() : base.threads(),
          given("--device") ? engine.device : base.device(),
          given("--precision") ? engine.precision.toString() : base.precision(),
          given("--sample-every") ? sampleEvery : base.sampleEvery(),
          given("--checkpoint-every") ? checkpointEvery : base.checkpointEvery(),
          given("--latent") ? latent : base.latent(),
          given("--ngf") ? ngf : base.ngf(),
          given("--ndf") ? ndf : base.ndf());
    } catch (UserException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private boolean given(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }
}
