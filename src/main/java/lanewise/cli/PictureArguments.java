package lanewise.cli;

import lanewise.UserException;
import lanewise.model.ValueRange;
import lanewise.picture.Pictures;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** What the numbers of a model mean as colours. */
final class PictureArguments {
  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--range",
      paramLabel = "BLACK..WHITE",
      defaultValue = "0..1",
      description = {
        "What a picture's black and white are for the model: 0..1, 0..255, -1..1, ...",
        "Default: ${DEFAULT-VALUE}"
      })
  private String range;

  @Option(
      names = "--output-range",
      paramLabel = "BLACK..WHITE",
      description = "The same for what comes out. Default: that of --range")
  private String outputRange;

  @Option(
      names = "--mean",
      paramLabel = "X",
      split = ",",
      description =
          "What is subtracted then, one number or one for each of red, green and blue:"
              + " 0.485,0.456,0.406 for most ImageNet classifiers. Default: nothing")
  private float[] mean;

  @Option(
      names = "--std",
      paramLabel = "X",
      split = ",",
      description = "What it is divided by then, likewise: 0.229,0.224,0.225. Default: nothing")
  private float[] std;

  @Option(
      names = "--resize",
      description = "Resize pictures to the size that the model names, if it names one.")
  private boolean resize;

  @Option(
      names = Pictures.MAX_PIXELS_OPTION,
      paramLabel = "N",
      defaultValue = "" + Pictures.DEFAULT_MAX_PIXELS,
      description = "What width times height of a picture may be. Default: ${DEFAULT-VALUE}")
  private long maxPixels;

  /**
   * What the options say.
   *
   * @throws ParameterException that names the one which is impossible
   */
  PictureTensors tensors() {
    float[] divisors = numbers("--std", std, 1);
    for (float value : divisors) {
      if (!(value > 0)) {
        throw usage("--std must be positive, not " + value);
      }
    }
    return new PictureTensors(
        range("--range", range),
        range("--output-range", outputRange == null ? range : outputRange),
        numbers("--mean", mean, 0),
        divisors,
        resize);
  }

  long maxPixels() {
    return maxPixels;
  }

  private PictureTensors.Range range(String option, String text) {
    try {
      ValueRange values = ValueRange.named(text);
      return new PictureTensors.Range(values.black(), values.white());
    } catch (UserException e) {
      throw new ParameterException(spec.commandLine(), option + " is " + e.getMessage(), e);
    }
  }

  /** One number for each of three channels. */
  private float[] numbers(String option, float[] given, float otherwise) {
    float[] numbers = given == null ? new float[] {otherwise} : given;
    if (numbers.length != 1 && numbers.length != 3) {
      throw usage(option + " is one number or three, not " + numbers.length);
    }
    return numbers.length == 3 ? numbers : new float[] {numbers[0], numbers[0], numbers[0]};
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
