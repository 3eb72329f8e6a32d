package lanewise.cli;

import java.nio.file.Path;
import lanewise.io.StateDictFile;
import lanewise.perceptual.InputScale;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/**
 * The options of {@code train} that only style networks have. What was given is read from the
 * parsed command line, as {@link TrainArguments} does.
 */
@SuppressWarnings("unused")
final class StyleArguments {
  @ArgGroup(validate = false, heading = "%nStyle transfer (--model style):%n")
  private Options options;

  private static final class Options {
    @Option(
        names = "--style",
        paramLabel = "FILE",
        description = "The painting: a PNG or JPEG file. --data are photographs.")
    private Path style;

    @Option(
        names = "--style-size",
        paramLabel = "PIXELS",
        description =
            "To which the painting's shorter side is resized; larger means finer strokes in the"
                + " pictures. Default: as --image-size")
    private int styleSize;

    @Option(
        names = "--features",
        paramLabel = "FILE",
        description = {
          "What tells content and style: random, filters that need no file; or torchvision's"
              + " weights of vgg16 or vgg19 (.pth or safetensors); or a classifier as ONNX.",
          "Default: random"
        })
    private String features;

    @Option(
        names = "--features-input",
        paramLabel = "NAME",
        converter = Choice.OfInputScale.class,
        completionCandidates = Choice.OfInputScale.class,
        description =
            "What an ONNX classifier takes for levels from 0 to 255: ${COMPLETION-CANDIDATES}."
                + " Default: ${DEFAULT-VALUE}")
    private InputScale featuresInput;

    @Option(
        names = StateDictFile.KEY_OPTION,
        paramLabel = "KEY",
        description =
            "Which weights of a .pth of --features that has several, by their key, or keys joined"
                + " by dots.")
    private String stateDict;

    @Option(
        names = "--content-layers",
        paramLabel = "NAMES",
        description =
            "The features' layers that hold the content, with commas; of ONNX the names of values."
                + " Default: theirs")
    private String contentLayers;

    @Option(
        names = "--style-layers",
        paramLabel = "NAMES",
        description = "The layers that hold the style. Default: theirs")
    private String styleLayers;

    @Option(
        names = "--content-weight",
        paramLabel = "W",
        description = "What the content counts. Default: 20, with VGG 1e5")
    private double contentWeight;

    @Option(
        names = "--style-weight",
        paramLabel = "W",
        description = "What the style counts. Default: 1, with VGG 1e10")
    private double styleWeight;

    @Option(
        names = "--tv-weight",
        paramLabel = "W",
        description = "What total variation counts, against noise. Default: ${DEFAULT-VALUE}")
    private double tvWeight;
  }
}
