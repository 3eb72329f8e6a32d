package lanewise.train.style;

import java.nio.file.Path;
import java.util.Locale;
import lanewise.backend.Backend;
import lanewise.io.StateDictFile;
import lanewise.onnx.OnnxModel;
import lanewise.perceptual.InputScale;
import lanewise.perceptual.OnnxFeatures;
import lanewise.perceptual.PerceptualFeatures;
import lanewise.perceptual.RandomFilters;
import lanewise.perceptual.Vgg;
import lanewise.train.loss.PerceptualLoss.Weights;

/** Where perceptual features come from, as {@code --features} says it. */
enum FeatureSource {
  /** {@link RandomFilters}: needs no file. */
  RANDOM(Weights.RELATIVE) {
    @Override
    PerceptualFeatures open(Backend backend, PerceptualOptions options) {
      return new RandomFilters(backend, SEED);
    }
  },
  /** torchvision's weights of a VGG network. */
  VGG(Weights.OF_VGG) {
    @Override
    PerceptualFeatures open(Backend backend, PerceptualOptions options) {
      String file = options.features();
      String key = options.stateDict().isEmpty() ? null : options.stateDict();
      return Vgg.of(backend, StateDictFile.read(Path.of(file), key), file);
    }
  },
  /** A classifier as ONNX. */
  ONNX(Weights.RELATIVE) {
    @Override
    PerceptualFeatures open(Backend backend, PerceptualOptions options) {
      OnnxModel model = OnnxModel.read(Path.of(options.features()));
      return OnnxFeatures.open(backend, model, InputScale.named(options.featuresInput()));
    }
  };

  private static final String ONNX_ENDING = ".onnx";

  /** One for all, so that the losses of runs can be compared. */
  private static final long SEED = 0;

  private final Weights weights;

  FeatureSource(Weights weights) {
    this.weights = weights;
  }

  /** That of features by their name or file. */
  static FeatureSource of(String features) {
    if (features.equals(StyleOptions.RANDOM_FEATURES)) {
      return RANDOM;
    }
    return features.toLowerCase(Locale.ROOT).endsWith(ONNX_ENDING) ? ONNX : VGG;
  }

  /** What the terms of the loss count unless the user says otherwise. */
  Weights weights() {
    return weights;
  }

  /**
   * Opens them; the caller closes them.
   *
   * @throws lanewise.UserException if the file cannot be read, or is none of its kind
   */
  abstract PerceptualFeatures open(Backend backend, PerceptualOptions options);
}
