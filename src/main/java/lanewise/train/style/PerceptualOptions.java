package lanewise.train.style;

import java.util.Arrays;
import java.util.List;
import lanewise.UserException;
import lanewise.io.StateDictFile;
import lanewise.perceptual.InputScale;
import lanewise.perceptual.PerceptualFeatures;
import lanewise.perceptual.PerceptualLayers;
import lanewise.train.OptionCheck;
import lanewise.train.loss.PerceptualLoss.Weights;

/**
 * What is minimised.
 *
 * @param style the file of the painting; empty only in defaults
 * @param styleSize pixels to which its shorter side is resized, or 0 for the image size
 * @param features {@code random}, or a file of weights
 * @param featuresInput a name of {@link InputScale}, for features as ONNX
 * @param contentLayers names with commas between them, or empty for the features' usual ones
 * @param styleLayers likewise
 * @param stateDict which weights of a file that has several; empty for the only ones
 */
public record PerceptualOptions(
    String style,
    int styleSize,
    String features,
    String featuresInput,
    String contentLayers,
    String styleLayers,
    double contentWeight,
    double styleWeight,
    double tvWeight,
    String stateDict) {

  /** Checks each value. */
  public PerceptualOptions {
    if (styleSize < 0) {
      throw new UserException("--style-size cannot be negative; 0 is as large as --image-size");
    }
    if (!stateDict.isEmpty() && FeatureSource.of(features) != FeatureSource.VGG) {
      throw new UserException(
          "%s is of --features that are a .pth with several state dicts; leave it out"
              .formatted(StateDictFile.KEY_OPTION));
    }
    InputScale.named(featuresInput);
    OptionCheck.notNegative("--content-weight", contentWeight);
    OptionCheck.notNegative("--style-weight", styleWeight);
    OptionCheck.notNegative("--tv-weight", tvWeight);
    if (contentWeight == 0 && styleWeight == 0) {
      throw new UserException("--content-weight and --style-weight cannot both be 0");
    }
  }

  FeatureSource source() {
    return FeatureSource.of(features);
  }

  /** What the terms count. */
  Weights weights() {
    return new Weights(contentWeight, styleWeight, tvWeight, source().weights().relative());
  }

  /**
   * The layers that are compared.
   *
   * @throws UserException if the features do not have one of them
   */
  PerceptualLayers layers(PerceptualFeatures features) {
    PerceptualLayers usual = features.defaultLayers();
    PerceptualLayers layers =
        new PerceptualLayers(
            names(contentLayers, usual.content()), names(styleLayers, usual.style()));
    features.checkLayers(layers);
    return layers;
  }

  private static List<String> names(String given, List<String> usual) {
    return given.isBlank()
        ? usual
        : Arrays.stream(given.split(",")).map(String::strip).distinct().toList();
  }
}
