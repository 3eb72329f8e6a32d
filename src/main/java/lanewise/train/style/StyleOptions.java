package lanewise.train.style;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import lanewise.backend.Backend;
import lanewise.perceptual.InputScale;
import lanewise.picture.Pictures;
import lanewise.train.EngineOptions;
import lanewise.train.OptionCheck;
import lanewise.train.OptionGroups;
import lanewise.train.OptionsFile;
import lanewise.train.RunOptions;
import lanewise.train.Task;
import lanewise.train.TaskOptions;
import lanewise.train.loss.PerceptualLoss.Weights;

/**
 * The options of a style network's training.
 *
 * @param data a folder with photographs
 * @param maxPixels what width times height of a photograph and of the painting may be
 */
public record StyleOptions(
    String data,
    long maxPixels,
    StyleNetworkOptions network,
    PerceptualOptions perceptual,
    StyleOptimizerOptions optimizer,
    RunOptions run,
    EngineOptions engine)
    implements TaskOptions {
  /** Its name for {@code --model}. */
  public static final String TASK = "style";

  /** The features that need no file. */
  public static final String RANDOM_FEATURES = "random";

  /** Steps of a training whose length nobody gave: two epochs of 80,000 photographs. */
  private static final long STEPS = 40_000;

  /** Checks the limit. */
  public StyleOptions {
    OptionCheck.positive(Pictures.MAX_PIXELS_OPTION, maxPixels);
  }

  /**
   * The hyper-parameters of PyTorch's example, with others in place of some.
   *
   * @param changes as for {@link #with}
   */
  public static StyleOptions of(Map<String, ?> changes) {
    String features = (String) changes.get("features");
    Weights weights = FeatureSource.of(features == null ? RANDOM_FEATURES : features).weights();
    return new StyleOptions(
            "",
            Pictures.DEFAULT_MAX_PIXELS,
            new StyleNetworkOptions(256, "instance", 32, "resize"),
            new PerceptualOptions(
                "",
                0,
                RANDOM_FEATURES,
                InputScale.IMAGENET.toString(),
                "",
                "",
                weights.content(),
                weights.style(),
                weights.tv(),
                ""),
            new StyleOptimizerOptions(4, 1e-3, 0.9, 0.999),
            new RunOptions(0, 0, STEPS, 250, 500, false),
            EngineOptions.usual())
        .with(changes);
  }

  @Override
  public String task() {
    return TASK;
  }

  /** The norm: what such networks are most often compared by. */
  @Override
  public String label() {
    return network.norm();
  }

  @Override
  public StyleOptions with(Map<String, ?> changes) {
    return OptionGroups.with(this, changes);
  }

  @Override
  public StyleOptions readOther(Path file) {
    return new OptionsFile(file).over(of(Map.of()), "style");
  }

  @Override
  public Function<Backend, Task> prepare(boolean capture, Consumer<String> log) {
    return StyleTask.prepare(this, capture, log);
  }

  @Override
  public boolean isScheduled() {
    return false;
  }
}
