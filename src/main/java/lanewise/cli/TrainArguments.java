package lanewise.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import lanewise.UserException;
import lanewise.data.Datasets;
import lanewise.model.Architecture;
import lanewise.model.Norm;
import lanewise.model.Upsampling;
import lanewise.picture.Pictures;
import lanewise.train.OptionGroups;
import lanewise.train.Preset;
import lanewise.train.Schedule;
import lanewise.train.TaskOptions;
import lanewise.train.TrainOptions;
import lanewise.train.loss.Objective;
import lanewise.train.style.StyleOptions;
import lanewise.train.translation.CycleGanOptions;
import lanewise.train.translation.Pix2pixOptions;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/**
 * The options of {@code train} that make up its {@link TrainOptions}, which have the same names:
 * {@code --batch-size} is {@code batchSize}. So what was given is read from the parsed command
 * line, and the fields are there for picocli to know the options by.
 */
@SuppressWarnings("unused")
final class TrainArguments {
  private static final String DEFAULT = " Default: ${DEFAULT-VALUE}";

  /** Options that say how to measure, so that something is to be measured. */
  private static final Set<String> MEASURING =
      Set.of("metricsEvery", "metricsSamples", "classifier");

  /** What stands for two options of a model that has no such option itself. */
  private static final Map<String, List<String>> BOTH =
      Map.of("norm", List.of("normG", "normD"), "lr", List.of("lrG", "lrD"));

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = {"-d", "--data", "--dataroot"},
      paramLabel = "DATA",
      description = {
        "fashion-mnist, fashion-mnist-10k (the 10,000 embedded images alone),"
            + " stacked-fashion-mnist (three images as channels, 1,000 classes), ring-8 or grid-25"
            + " (points in the plane), or the path of an IDX file, of CIFAR-10's binary files, or"
            + " of a folder with PNG and JPEG images.",
        "Default: fashion-mnist. For other models than gan: a folder of pictures, see"
            + " docs/translation.md and docs/style.md"
      })
  private String data;

  @Option(
      names = Pictures.MAX_PIXELS_OPTION,
      paramLabel = "N",
      description =
          "What width times height of a picture may be, for other models than gan." + DEFAULT)
  private long maxPixels;

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      converter = Choice.OfPreset.class,
      completionCandidates = Choice.OfPreset.class,
      description =
          "Hyper-parameters that belong together, except for those given: ${COMPLETION-CANDIDATES}."
              + " The defaults below are dcgan's; for points it is pacgan.")
  private Preset preset;

  @ArgGroup(validate = false, heading = "%nNetworks:%n")
  private ModelArguments model;

  @ArgGroup(validate = false, heading = "%nObjective:%n")
  private ObjectiveArguments objective;

  @ArgGroup(validate = false, heading = "%nOptimiser:%n")
  private OptimizerArguments optimizer;

  @ArgGroup(validate = false, heading = "%nRun:%n")
  private RunArguments run;

  @ArgGroup(validate = false, heading = "%nMetrics:%n")
  private MeasuringArguments measuring;

  @Mixin private EngineArguments engine;

  private static final class ModelArguments {
    @Option(
        names = "--arch",
        paramLabel = "NAME",
        converter = Choice.OfArchitecture.class,
        completionCandidates = Choice.OfArchitecture.class,
        description = "Architecture: ${COMPLETION-CANDIDATES}." + DEFAULT)
    private Architecture arch;

    @Option(
        names = {"--image-size", "--imageSize"},
        paramLabel = "PIXELS",
        description = "Side of the images. Default: 64 for folders of images, else 32")
    private int imageSize;

    @Option(
        names = "--norm",
        paramLabel = "NAME",
        converter = Choice.OfNorm.class,
        completionCandidates = Choice.OfNorm.class,
        description = "Normalisation of both networks, as --norm-g and --norm-d.")
    private Norm norm;

    @Option(
        names = "--norm-g",
        paramLabel = "NAME",
        converter = Choice.OfNorm.class,
        completionCandidates = Choice.OfNorm.class,
        description = "The generator's: ${COMPLETION-CANDIDATES}." + DEFAULT)
    private Norm normG;

    @Option(
        names = "--norm-d",
        paramLabel = "NAME",
        converter = Choice.OfNorm.class,
        completionCandidates = Choice.OfNorm.class,
        description = "The discriminator's." + DEFAULT)
    private Norm normD;

    @Option(
        names = "--spectral-norm",
        negatable = true,
        description = "Divide the discriminator's weights by their spectral norm.")
    private boolean spectralNorm;

    @Option(
        names = "--minibatch-stddev",
        negatable = true,
        description = "Let the discriminator see how much the samples of a batch differ.")
    private boolean minibatchStddev;

    @Option(
        names = "--upsampling",
        paramLabel = "NAME",
        converter = Choice.OfUpsampling.class,
        completionCandidates = Choice.OfUpsampling.class,
        description =
            "How DCGAN's generator doubles its images: ${COMPLETION-CANDIDATES}; resize leaves no"
                + " checkerboard. The residual one always repeats pixels."
                + DEFAULT)
    private Upsampling upsampling;

    @Option(
        names = "--conditional",
        negatable = true,
        description = "Tell both networks the classes of the data.")
    private boolean conditional;

    @Option(
        names = "--pack",
        paramLabel = "M",
        description =
            "Samples that the discriminator judges together, against mode collapse (PacGAN)."
                + DEFAULT)
    private int pack;

    @Option(
        names = {"--latent", "--nz"},
        paramLabel = "N",
        description = "Size of the latent vector." + DEFAULT)
    private int latent;

    @Option(
        names = "--ngf",
        paramLabel = "N",
        description = "The generator's width: channels of its last hidden layer." + DEFAULT)
    private int ngf;

    @Option(
        names = "--ndf",
        paramLabel = "N",
        description = "The discriminator's width: channels of its first layer." + DEFAULT)
    private int ndf;
  }

  private static final class ObjectiveArguments {
    @Option(
        names = "--loss",
        paramLabel = "NAME",
        converter = Choice.OfObjective.class,
        completionCandidates = Choice.OfObjective.class,
        description = "${COMPLETION-CANDIDATES}." + DEFAULT)
    private Objective loss;

    @Option(
        names = "--gp",
        paramLabel = "LAMBDA",
        description =
            "Weight of WGAN-GP's gradient penalty. Default: 10 with --gan-mode wgangp, and with"
                + " --loss wgan-gp unless --r1 or --spectral-norm is given; else 0")
    private double gp;

    @Option(
        names = "--r1",
        paramLabel = "GAMMA",
        description = "Weight of the R1 penalty on real images; 10 is usual." + DEFAULT)
    private double r1;

    @Option(
        names = "--r1-every",
        paramLabel = "N",
        description = "Compute R1 in every N-th step only, N times as strong." + DEFAULT)
    private int r1Every;

    @Option(
        names = "--label-smoothing",
        paramLabel = "S",
        description = "Score real images 1 - S instead of 1." + DEFAULT)
    private double labelSmoothing;
  }

  private static final class OptimizerArguments {
    @Option(
        names = {"-b", "--batch-size", "--batchSize"},
        paramLabel = "N",
        description = "Images of a batch." + DEFAULT)
    private int batchSize;

    @Option(
        names = "--accumulate",
        paramLabel = "K",
        description = "Batches whose gradients are averaged before a network is changed." + DEFAULT)
    private int accumulate;

    @Option(
        names = "--d-steps",
        paramLabel = "N",
        description = "Changes of the discriminator for each of the generator." + DEFAULT)
    private int dSteps;

    @Option(
        names = "--lr",
        paramLabel = "RATE",
        description = "Adam's learning rate for both networks, as --lr-g and --lr-d.")
    private double lr;

    @Option(names = "--lr-g", paramLabel = "RATE", description = "The generator's." + DEFAULT)
    private double lrG;

    @Option(names = "--lr-d", paramLabel = "RATE", description = "The discriminator's." + DEFAULT)
    private double lrD;

    @Option(names = "--beta1", paramLabel = "BETA", description = "Adam's first decay." + DEFAULT)
    private double beta1;

    @Option(names = "--beta2", paramLabel = "BETA", description = "Adam's second decay." + DEFAULT)
    private double beta2;

    @Option(
        names = "--lr-schedule",
        paramLabel = "NAME",
        converter = Choice.OfSchedule.class,
        completionCandidates = Choice.OfSchedule.class,
        description =
            "How learning rates go down until the last step: ${COMPLETION-CANDIDATES}." + DEFAULT)
    private Schedule lrSchedule;

    @Option(
        names = "--ema",
        paramLabel = "DECAY",
        description =
            "Make samples with an average of the generator's weights; 0.999 is usual, 0 is none."
                + DEFAULT)
    private double ema;
  }

  private static final class RunArguments {
    @Option(
        names = "--seed",
        paramLabel = "N",
        description = "Of weights, latents and the order of the data." + DEFAULT)
    private long seed;

    @Option(
        names = "--steps",
        paramLabel = "N",
        description =
            "Steps in all."
                + DEFAULT
                + "; style: 40000; pix2pix and cyclegan: 200 --epochs; lab: what --minutes allow")
    private long steps;

    @Option(
        names = {"--epochs", "--niter"},
        paramLabel = "N",
        description = "Passes over the data in all, instead of --steps.")
    private int epochs;

    @Option(
        names = "--sample-every",
        paramLabel = "N",
        description = "Steps between two grids of samples." + DEFAULT)
    private int sampleEvery;

    @Option(
        names = "--checkpoint-every",
        paramLabel = "N",
        description = "Steps between two checkpoints." + DEFAULT)
    private int checkpointEvery;

    @Option(
        names = "--tensorboard",
        negatable = true,
        description =
            "Also write curves, samples and options for TensorBoard, into RUN/tensorboard.")
    private boolean tensorboard;
  }

  private static final class MeasuringArguments {
    @Option(
        names = "--metrics",
        negatable = true,
        description = {
          "Measure the samples while training, and with all metrics at the end, as 'evaluate'"
              + " does.",
          "It never changes what is trained."
        })
    private boolean metrics;

    @Option(
        names = "--metrics-every",
        paramLabel = "N",
        description = "Steps between two measurements." + DEFAULT)
    private int metricsEvery;

    @Option(
        names = "--metrics-samples",
        paramLabel = "N",
        description =
            "How many samples to measure, and how many real ones to compare them with." + DEFAULT)
    private int metricsSamples;

    @Option(
        names = "--classifier",
        paramLabel = "FILE",
        description = {
          "On whose features images are compared; see 'lanewise classifier'.",
          "Default: the one that comes with Lanewise, for fashion-mnist at 32 pixels"
        })
    private Path classifier;
  }

  /** Shows the defaults that training has. */
  static final class Defaults implements IDefaultValueProvider {
    @Override
    public String defaultValue(ArgSpec argument) {
      String name = argument instanceof OptionSpec option ? TrainedModel.name(option) : null;
      if (name == null || name.equals("data")) {
        return null;
      }
      return Arrays.stream(TrainedModel.values())
          .map(model -> model.defaults().flat().get(name))
          .filter(Objects::nonNull)
          .findFirst()
          .map(Object::toString)
          .orElse(null);
    }
  }

  /**
   * The options of a new run of any model.
   *
   * @param more options by their names, which were given in another way
   */
  TaskOptions ofNewRun(TrainedModel model, Map<String, ?> more) {
    return switch (model) {
      case GAN -> ofNewRun();
      case PIX2PIX -> usage(() -> Pix2pixOptions.of(ofPictures(model, more)));
      case CYCLEGAN -> usage(() -> CycleGanOptions.of(ofPictures(model, more)));
      case STYLE -> ofNewStyle();
    };
  }

  private StyleOptions ofNewStyle() {
    if (!has("--data") || !has("--style")) {
      throw new ParameterException(
          spec.commandLine(),
          "--model style needs photographs and a painting; give --data photos/ --style"
              + " painting.jpg");
    }
    return usage(() -> StyleOptions.of(given(TrainedModel.STYLE.defaults())));
  }

  private Map<String, Object> ofPictures(TrainedModel model, Map<String, ?> more) {
    if (!has("--data")) {
      throw new ParameterException(
          spec.commandLine(),
          "--model %s needs --data, a folder with %s"
              .formatted(
                  model,
                  model == TrainedModel.PIX2PIX
                      ? "pairs of pictures: train/ with A beside B in each file, or A/ and B/"
                      : "pictures of two kinds: trainA/ and trainB/"));
    }
    Map<String, Object> given = given(model.defaults());
    given.putAll(more);
    return given;
  }

  /** The options of a new run that trains a GAN. */
  TrainOptions ofNewRun() {
    return ofNewRun(Map.of());
  }

  /**
   * The options of a new run that trains a GAN.
   *
   * @param more options by their names, before what was given
   */
  TrainOptions ofNewRun(Map<String, ?> more) {
    String data = Datasets.resolve(value("--data"));
    int imageSize = Datasets.defaultImageSize(data);
    Preset usual = imageSize == 1 ? Preset.PACGAN : Preset.DCGAN;
    Preset preset = value("--preset");
    Map<String, Object> chosen = new LinkedHashMap<>(Map.of("data", data, "imageSize", imageSize));
    chosen.putAll(more);
    chosen.putAll(given(TrainedModel.GAN.defaults()));
    return usage(() -> TrainOptions.of(preset == null ? usual : preset, chosen));
  }

  /** Impossible values are mistakes on the command line. */
  private <O extends TaskOptions> O usage(Supplier<O> options) {
    try {
      return options.get();
    } catch (UserException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /**
   * The options of a run that goes on, with what was given now.
   *
   * @param more what was given in another way, for the run's options
   * @throws UserException if that would make it another run
   */
  TaskOptions ofResumed(Path run, Function<TaskOptions, Map<String, Object>> more) {
    TaskOptions old = TrainedModel.optionsOf(run);
    Map<String, Object> given = given(old);
    given.putAll(more.apply(old));
    TaskOptions wanted = usage(() -> old.with(given));
    if (!old.differences(wanted).isEmpty()) {
      throw new UserException(
          "%s was trained with other options (%s); leave them out to go on, or start a new run"
              .formatted(run, String.join("; ", old.differences(wanted))));
    }
    return wanted;
  }

  /** {@code base}, except for what was given. */
  TrainOptions over(TrainOptions base) {
    return usage(() -> base.with(given(base)));
  }

  /**
   * What was given, by the names of options.
   *
   * @param base of the model that is trained
   * @throws ParameterException if the model has no such option
   */
  private Map<String, Object> given(TaskOptions base) {
    Map<String, Object> given = new LinkedHashMap<>();
    BOTH.forEach(
        (name, two) -> {
          Object value = value(OptionGroups.flag(name));
          if (value != null && !base.has(name)) {
            two.forEach(one -> given.put(one, json(value)));
          }
        });
    for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
      String name = TrainedModel.name(option);
      if (name != null) {
        requireOptionOf(base, name);
        if (base.has(name)) {
          given.put(name, json(last(option)));
        }
      }
    }
    given.computeIfPresent("data", (_, data) -> Datasets.resolve((String) data));
    given.computeIfPresent("classifier", (_, file) -> resolved((Path) file));
    given.computeIfPresent("style", (_, file) -> resolved((Path) file));
    given.computeIfPresent(
        "features",
        (_, name) ->
            name.equals(StyleOptions.RANDOM_FEATURES) ? name : resolved(Path.of((String) name)));
    if (given.keySet().stream().anyMatch(MEASURING::contains)) {
      given.putIfAbsent("metrics", true);
    }
    // One length replaces the other.
    if (given.containsKey("steps")) {
      given.putIfAbsent("epochs", 0);
    } else if (given.containsKey("epochs")) {
      given.put("steps", 0);
    }
    return given;
  }

  private void requireOptionOf(TaskOptions base, String name) {
    if (!base.has(name) && !BOTH.containsKey(name)) {
      throw new ParameterException(
          spec.commandLine(),
          "%s is for --model %s, not %s; leave it out"
              .formatted(OptionGroups.flag(name), TrainedModel.having(name), base.task()));
    }
  }

  /** The run may go on in another working folder. */
  private static String resolved(Path file) {
    return file.toAbsolutePath().normalize().toString();
  }

  /** Whether an option was given. */
  boolean has(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  private static Object json(Object value) {
    return value instanceof Enum<?> ? value.toString() : value;
  }

  /** What was given, or null. */
  private <T> T value(String option) {
    return value(spec.commandLine().getParseResult(), option);
  }

  /** What was given last, or null. */
  @SuppressWarnings("unchecked") // of the type that the option has
  static <T> T value(ParseResult given, String option) {
    OptionSpec matched = given.matchedOption(option);
    return matched == null ? null : (T) last(matched);
  }

  /**
   * What was given last. Picocli takes a repeated option for the begin of its group anew, whose
   * other options then have their defaults.
   */
  private static Object last(OptionSpec option) {
    return option.typedValues().getLast();
  }
}
