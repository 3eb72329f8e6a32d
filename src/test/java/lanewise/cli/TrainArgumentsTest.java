package lanewise.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import lanewise.train.OptionGroups;
import lanewise.train.Preset;
import lanewise.train.TrainOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;

class TrainArgumentsTest {
  @TempDir Path dir;

  @Command(abbreviateSynopsis = true, defaultValueProvider = TrainArguments.Defaults.class)
  private static final class Train {
    @Mixin private TrainArguments arguments;
  }

  private final Train train = new Train();
  private final CommandLine commandLine = new CommandLine(train);

  private TrainOptions parse(String... args) {
    commandLine.parseArgs(args);
    return train.arguments.ofNewRun();
  }

  @Test
  void helpShowsTheDefaultsThatTrainingHas() {
    TrainOptions options = parse();
    assertEquals(TrainOptions.defaults(Preset.DCGAN, "fashion-mnist", 32), options);
    Map<String, Object> expected = options.flat();
    // Help says these in words: they depend on the data, the machine or each other.
    expected.keySet().removeAll(Set.of("data", "preset", "imageSize", "gp", "threads", "epochs"));
    expected.keySet().removeIf(name -> options.flat().get(name) instanceof Boolean);
    expected.forEach(
        (name, value) -> {
          String flag = OptionGroups.flag(name);
          OptionSpec option = commandLine.getCommandSpec().findOption(flag);
          assertEquals(value.toString(), option.defaultValueString(), flag);
          assertTrue(String.join("", option.description()).contains("Default: " + value), flag);
        });
  }

  @Test
  void whatAPresetSwitchesOnCanBeSwitchedOff() {
    assertTrue(parse("--preset=sngan").model().spectralNorm());
    assertFalse(parse("--preset=sngan", "--no-spectral-norm").model().spectralNorm());
  }

  @ParameterizedTest
  @CsvSource({
    "10, --loss=wgan-gp --norm-d=layer",
    "10, --preset=lsgan --loss=wgan-gp --norm-d=layer",
    "3, --loss=wgan-gp --norm-d=layer --gp=3",
    "0, --loss=wgan-gp --spectral-norm",
    "0, --loss=wgan-gp --r1=10",
    "0, --loss=hinge",
  })
  void aCriticThatNothingElseBoundsHasWganGpsPenalty(double penalty, String args) {
    assertEquals(penalty, parse(args.split(" ")).objective().gp());
  }

  @Test
  void pytorchsNamesMeanTheSame() {
    TrainOptions ours =
        parse(
            "--data=stacked-fashion-mnist",
            "--image-size=64",
            "--batch-size=9",
            "--epochs=3",
            "--latent=7");
    TrainOptions theirs =
        parse(
            "--dataroot=stacked-fashion-mnist",
            "--imageSize=64",
            "--batchSize=9",
            "--niter=3",
            "--nz=7");
    assertEquals(ours, theirs);
    assertEquals(64, theirs.model().imageSize());
    assertEquals(0, theirs.run().steps());
  }

  @Test
  void whatIsGivenTwiceIsTheLastAndLeavesTheRest() {
    TrainOptions options = parse("--ngf=8", "--latent=7", "--spectral-norm", "--ngf=9");
    assertEquals(9, options.model().ngf());
    assertEquals(7, options.model().latent());
    assertTrue(options.model().spectralNorm());
  }

  @Test
  void aFolderOfImagesIsUsuallyTrainedAt64PixelsFromAnywhere() {
    TrainOptions options = parse("--data", dir.toString());
    assertEquals(64, options.model().imageSize());
    assertTrue(Path.of(options.data()).isAbsolute());
  }
}
