package lanewise.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Options that make no sense together are refused in one line, before anything is written. */
class CombinationsTest {
  @TempDir Path dir;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--loss wgan-gp | --norm-d batch ties the samples | use --norm-d layer",
        "--gp 10 | --norm-d batch ties the samples | use --norm-d layer",
        "--loss wgan-gp --gp 0 --norm-d layer | slope is bounded | give --gp 10",
        "--loss hinge --label-smoothing 0.1 | --loss hinge has no targets | leave it out",
        "--pack 3 | --pack 3 does not divide --batch-size 64 | choose one that does",
        "--pack 2 --conditional | cannot judge packs | leave out",
        "--norm-g conditional-batch | conditional-batch | --conditional",
        "--ema 1 | --ema must be at least 0 and less than 1 | not 1.0",
        "--r1 -1 | --r1 must be at least 0 | not -1.0",
        "--d-steps 0 | --d-steps must be at least 1 | not 0",
        "--lr-schedule linaer | did you mean linear | constant",
        "--arch resnet --image-size 30 | 30 pixels | 32",
        "--arch mlp | makes points, not images | give --data ring-8",
        "--data ring-8 --image-size 16 | makes points, not images | or another --arch",
        "--data ring-8 --arch dcgan | 1 pixels | 32",
        "--data grid-25 --preset dcgan | 1 pixels | 32",
      })
  void isRefused(String options, String reason, String remedy) {
    Path out = dir.resolve("run");
    Cli.run("train", List.of(options.split(" ")), "--out", out).failed(2, reason, remedy);
    assertFalse(Files.exists(out));
  }

  @Test
  void aConditionalModelNeedsLabels() throws Exception {
    Path data = dir.resolve("images");
    Cli.images(data, 8);
    Cli.run("train", Cli.SMALL, "--data", data, "--conditional", "--out", dir.resolve("run"))
        .failed(1, "--conditional needs labels", "leave it out");
  }

  @Test
  void aConditionalModelMakesTheClassThatIsAskedFor() throws Exception {
    Path run = dir.resolve("run");
    Cli.run(
            "train",
            List.of("--data", "fashion-mnist-10k", "--image-size", "16", "--steps", "2"),
            List.of(
                "--ngf", "4", "--ndf", "4", "--conditional", "--norm-g", "conditional-instance"),
            "--out",
            run)
        .succeeded();
    byte[] all = images(run, List.of());
    byte[] shirts = images(run, List.of("--class", "6"));
    assertFalse(Arrays.equals(all, shirts));
    assertFalse(Arrays.equals(shirts, images(run, List.of("--class", "7"))));
    generate(run, List.of("--class", "10")).failed(1, "--class must be from 0 to 9, not 10");
  }

  private byte[] images(Path run, List<String> options) throws Exception {
    generate(run, options).succeeded();
    return Files.readAllBytes(dir.resolve("grid.png"));
  }

  private Cli.Result generate(Path run, List<String> options) {
    return Cli.run(
        "generate", "--model", run, "--count", 8, options, "--out", dir.resolve("grid.png"));
  }
}
