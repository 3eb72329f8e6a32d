package lanewise.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import lanewise.train.TrainOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class TrainArgumentsTest {
  @TempDir Path dir;

  @Command
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
    assertEquals(TrainOptions.defaults("fashion-mnist", 32), options);
    Map<String, Number> numbers =
        Map.of(
            "--batch-size", options.batchSize(),
            "--lr", options.lr(),
            "--beta1", options.beta1(),
            "--latent", options.latent(),
            "--ngf", options.ngf(),
            "--ndf", options.ndf(),
            "--seed", options.seed(),
            "--sample-every", options.sampleEvery(),
            "--checkpoint-every", options.checkpointEvery(),
            "--device", options.device());
    numbers.forEach(
        (name, value) ->
            assertEquals(value.doubleValue(), Double.parseDouble(shownDefault(name)), name));
    assertEquals(options.norm(), shownDefault("--norm"));
    assertEquals(options.backend(), shownDefault("--backend"));
    assertEquals(options.precision(), shownDefault("--precision"));
  }

  private String shownDefault(String option) {
    return commandLine.getCommandSpec().findOption(option).defaultValue();
  }

  @Test
  void pytorchsNamesMeanTheSame() {
    TrainOptions ours =
        parse("--data=ring-8", "--image-size=64", "--batch-size=9", "--epochs=3", "--latent=7");
    TrainOptions theirs =
        parse("--dataroot=ring-8", "--imageSize=64", "--batchSize=9", "--niter=3", "--nz=7");
    assertEquals(ours, theirs);
    assertEquals(64, theirs.imageSize());
    assertEquals(0, theirs.steps());
  }

  @Test
  void aFolderOfImagesIsUsuallyTrainedAt64PixelsFromAnywhere() {
    TrainOptions options = parse("--data", dir.toString());
    assertEquals(64, options.imageSize());
    assertTrue(Path.of(options.data()).isAbsolute());
  }
}
