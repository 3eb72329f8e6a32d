package lanewise.cli;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lanewise.Names;
import lanewise.data.Datasets;
import lanewise.train.OptionGroups;
import lanewise.train.OptionsFile;
import lanewise.train.Preset;
import lanewise.train.TaskOptions;
import lanewise.train.TrainOptions;
import lanewise.train.style.StyleOptions;
import lanewise.train.translation.CycleGanOptions;
import lanewise.train.translation.Pix2pixOptions;
import picocli.CommandLine.Model.OptionSpec;

/** What {@code train} trains, as {@code --model} names it. */
enum TrainedModel {
  GAN(TrainOptions.defaults(Preset.DCGAN, "", Datasets.defaultImageSize(null))),
  PIX2PIX(Pix2pixOptions.of(Map.of())),
  CYCLEGAN(CycleGanOptions.of(Map.of())),
  STYLE(StyleOptions.of(Map.of()));

  private final TaskOptions defaults;

  TrainedModel(TaskOptions defaults) {
    this.defaults = defaults;
  }

  /** The options of a run for which nobody gave any. */
  TaskOptions defaults() {
    return defaults;
  }

  /** The options of a run that exists. */
  static TaskOptions optionsOf(Path run) {
    Path file = run.resolve("options.json");
    return named(new OptionsFile(file).task()).defaults.readOther(file);
  }

  private static TrainedModel named(String name) {
    return Names.find("model", name, Arrays.asList(values()));
  }

  /** Under which an option of the command line is known to the options of a model, or null. */
  static String name(OptionSpec option) {
    List<String> flags = List.of(option.names());
    return names().filter(name -> flags.contains(OptionGroups.flag(name))).findFirst().orElse(null);
  }

  private static Stream<String> names() {
    return Arrays.stream(values()).flatMap(model -> model.defaults.flat().keySet().stream());
  }

  /** The models that have an option, in words. */
  static String having(String name) {
    return Arrays.stream(values())
        .filter(model -> model.defaults.has(name))
        .map(TrainedModel::toString)
        .collect(Collectors.joining(" or "));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
