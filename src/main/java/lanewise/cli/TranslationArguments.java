package lanewise.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import lanewise.data.Direction;
import lanewise.data.Preprocess;
import lanewise.train.TaskOptions;
import lanewise.train.translation.GanMode;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/**
 * The options of {@code train} that only image-to-image models have, each also by the name that it
 * has in pytorch-CycleGAN-and-pix2pix. What was given is read from the parsed command line, as
 * {@link TrainArguments} does.
 */
@SuppressWarnings("unused")
final class TranslationArguments {
  private static final String DEFAULT = " Default: ${DEFAULT-VALUE}";
  private static final String N_EPOCHS = "--n-epochs";
  private static final String N_EPOCHS_DECAY = "--n-epochs-decay";

  /** Of either kind, if only the other one is given: the papers'. */
  private static final int USUAL_EPOCHS = 100;

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @ArgGroup(validate = false, heading = "%nImage to image (--model pix2pix, cyclegan):%n")
  private Both both;

  @ArgGroup(validate = false, heading = "%nLosses of image to image:%n")
  private Losses losses;

  private static final class Both {
    @Option(
        names = "--direction",
        paramLabel = "NAME",
        converter = Choice.OfDirection.class,
        completionCandidates = Choice.OfDirection.class,
        description = "What becomes what: ${COMPLETION-CANDIDATES}." + DEFAULT)
    private Direction direction;

    @Option(
        names = "--preprocess",
        paramLabel = "NAME",
        converter = Choice.OfPreprocess.class,
        completionCandidates = Choice.OfPreprocess.class,
        description =
            "How pictures are scaled and cut out: ${COMPLETION-CANDIDATES}; none only rounds their"
                + " sides."
                + DEFAULT)
    private Preprocess preprocess;

    @Option(
        names = {"--load-size", "--load_size"},
        paramLabel = "PIXELS",
        description = "Scale pictures to this size first. Default: 286 for 256, 72 for 64, ...")
    private int loadSize;

    @Option(
        names = {"--crop-size", "--crop_size"},
        paramLabel = "PIXELS",
        description = "Cut out a square of this size." + DEFAULT)
    private int cropSize;

    @Option(
        names = {"--no-flip", "--no_flip"},
        description = "Do not mirror half of the pictures.")
    private boolean noFlip;

    @Option(
        names = {"--input-nc", "--input_nc"},
        paramLabel = "N",
        description = "Channels of what is translated: 3 (colour) or 1 (grey)." + DEFAULT)
    private int inputNc;

    @Option(
        names = {"--output-nc", "--output_nc"},
        paramLabel = "N",
        description = "Channels of what it becomes." + DEFAULT)
    private int outputNc;

    @Option(
        names = {"--net-g", "--netG"},
        paramLabel = "NAME",
        description = {
          "Generator: unet_256, or another power of 2 from unet_32 on; resnet_9blocks,"
              + " resnet_6blocks, ...",
          "Default: for pix2pix the U-Net of the largest power of 2, from 32 to 256, that divides"
              + " the crop size; for cyclegan resnet_9blocks (6 up to 128 pixels)"
        })
    private String netG;

    @Option(
        names = {"--net-d", "--netD"},
        paramLabel = "NAME",
        description = "Discriminator: basic (sees 70 x 70 pixels), n_layers or pixel." + DEFAULT)
    private String netD;

    @Option(
        names = {"--n-layers-d", "--n_layers_D"},
        paramLabel = "N",
        description = "Layers of --net-d n_layers." + DEFAULT)
    private int nLayersD;

    @Option(
        names = {"--no-dropout", "--no_dropout"},
        description = "Drop no features of the generator; cyclegan drops none anyhow.")
    private boolean noDropout;

    @Option(
        names = "--decay",
        paramLabel = "SHARE",
        description =
            "The share of the training in which the learning rate goes down to 0." + DEFAULT)
    private double decay;

    @Option(
        names = {N_EPOCHS, "--n_epochs"},
        paramLabel = "N",
        description = {
          "Epochs at the full learning rate; with --n-epochs-decay another way to give --epochs and"
              + " --decay.",
          "If only one of the two is given, the other is " + USUAL_EPOCHS + "."
        })
    private int nEpochs;

    @Option(
        names = {N_EPOCHS_DECAY, "--n_epochs_decay"},
        paramLabel = "N",
        description = "Epochs in which the learning rate goes down.")
    private int nEpochsDecay;
  }

  private static final class Losses {
    @Option(
        names = {"--gan-mode", "--gan_mode"},
        paramLabel = "NAME",
        converter = Choice.OfGanMode.class,
        completionCandidates = Choice.OfGanMode.class,
        description = {
          "${COMPLETION-CANDIDATES}; wgangp with --gp 10, and no batch norm.",
          "Default: vanilla for pix2pix, lsgan for cyclegan"
        })
    private GanMode ganMode;

    @Option(
        names = {"--lambda-l1", "--lambda-L1", "--lambda_L1"},
        paramLabel = "LAMBDA",
        description = "pix2pix: weight of the difference from the target." + DEFAULT)
    private double lambdaL1;

    @Option(
        names = {"--lambda-a", "--lambda-A", "--lambda_A"},
        paramLabel = "LAMBDA",
        description = "cyclegan: weight of the cycle from A to B to A." + DEFAULT)
    private double lambdaA;

    @Option(
        names = {"--lambda-b", "--lambda-B", "--lambda_B"},
        paramLabel = "LAMBDA",
        description = "cyclegan: weight of the other cycle." + DEFAULT)
    private double lambdaB;

    @Option(
        names = {"--lambda-identity", "--lambda_identity"},
        paramLabel = "LAMBDA",
        description =
            "cyclegan: weight, beside a cycle's, of leaving pictures of the wanted kind as they"
                + " are."
                + DEFAULT)
    private double lambdaIdentity;

    @Option(
        names = {"--pool-size", "--pool_size"},
        paramLabel = "N",
        description = "cyclegan: earlier images for each discriminator." + DEFAULT)
    private int poolSize;
  }

  /**
   * Options that were given in the originals' way, by our names.
   *
   * @param options of the model that is trained
   * @throws ParameterException if they do not go with it, or with others
   */
  Map<String, Object> epochs(TaskOptions options) {
    ParseResult given = spec.commandLine().getParseResult();
    Integer constant = TrainArguments.value(given, N_EPOCHS);
    Integer falling = TrainArguments.value(given, N_EPOCHS_DECAY);
    Map<String, Object> epochs = new LinkedHashMap<>();
    if (constant == null && falling == null) {
      return epochs;
    }
    String name = constant != null ? N_EPOCHS : N_EPOCHS_DECAY;
    if (!options.has("decay")) {
      throw new ParameterException(
          spec.commandLine(),
          "%s is for --model %s, not %s; leave it out"
              .formatted(name, TrainedModel.having("decay"), options.task()));
    }
    for (String other : new String[] {"--steps", "--epochs", "--decay"}) {
      if (given.hasMatchedOption(other)) {
        throw new ParameterException(
            spec.commandLine(), "%s says what %s says; leave out one".formatted(name, other));
      }
    }
    int first = constant == null ? USUAL_EPOCHS : constant;
    int then = falling == null ? USUAL_EPOCHS : falling;
    if (first < 0 || then < 0 || first + then == 0) {
      throw new ParameterException(
          spec.commandLine(),
          "%s and %s are together at least 1".formatted(N_EPOCHS, N_EPOCHS_DECAY));
    }
    epochs.put("epochs", first + then);
    epochs.put("steps", 0);
    epochs.put("decay", (double) then / (first + then));
    return epochs;
  }
}
