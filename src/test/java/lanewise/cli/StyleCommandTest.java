package lanewise.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import lanewise.io.Images;
import lanewise.io.Safetensors;
import lanewise.io.TensorEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code train --model style} with what users give it. */
final class StyleCommandTest {
  private static final List<String> SMALL =
      List.of("--image-size=64", "--ngf=4", "--batch-size=2", "--steps=2", "--backend=simd");

  @TempDir Path dir;

  @BeforeEach
  void paint() throws IOException {
    Files.createDirectory(dir.resolve("photos"));
    for (int i = 0; i < 3; i++) {
      picture("photos/" + i + ".png", 80, 70 + 20 * i);
    }
    picture("painting.png", 100, 120);
  }

  private Path picture(String name, int height, int width) {
    float[] levels = new float[3 * height * width];
    Random random = new Random(height);
    for (int i = 0; i < levels.length; i++) {
      levels[i] = random.nextFloat() * 2 - 1;
    }
    Images.writePng(dir.resolve(name), levels, 3, height, width);
    return dir.resolve(name);
  }

  /** Of a small network, except for what {@code more} says otherwise. */
  private Cli.Result train(String... more) {
    List<String> given = Stream.of(more).map(StyleCommandTest::name).toList();
    List<String> small = SMALL.stream().filter(one -> !given.contains(name(one))).toList();
    return Cli.run(
        "train",
        "--model=style",
        "--data=" + dir.resolve("photos"),
        "--out=" + dir.resolve("run"),
        small,
        List.of(more));
  }

  private static String name(String option) {
    return option.substring(0, option.indexOf('='));
  }

  private String painting() {
    return "--style=" + dir.resolve("painting.png");
  }

  @Test
  void aRunLeavesWhatEveryRunLeaves() throws IOException {
    Cli.Result result = train(painting(), "--norm=batch").succeeded();
    assertTrue(result.out().contains("3 photographs"), result.out());
    assertTrue(result.out().contains("random filters"), result.out());
    Path run = dir.resolve("run");
    for (String file :
        List.of(
            "options.json",
            "generator.safetensors",
            "report.html",
            "samples/step-000002.png",
            "checkpoint/generator.safetensors")) {
      assertTrue(Files.exists(run.resolve(file)), file);
    }
    List<String> lines = Files.readAllLines(run.resolve("metrics.jsonl"));
    assertEquals(2, lines.size());
    for (String loss : List.of("loss_total", "loss_content", "loss_style", "loss_tv")) {
      assertTrue(lines.getFirst().contains('"' + loss + '"'), lines.getFirst());
    }
    Cli.run("train", "--resume", run, "--steps=3").succeeded();
    assertEquals(3, Files.readAllLines(run.resolve("metrics.jsonl")).size());
  }

  @Test
  void weightsOfVggAreFeatures() {
    Path vgg = dir.resolve("vgg.safetensors");
    List<TensorEntry> state = new ArrayList<>();
    int channels = 3;
    for (int index : new int[] {0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28}) {
      float[] weight = new float[4 * channels * 9];
      Random random = new Random(index);
      for (int i = 0; i < weight.length; i++) {
        weight[i] = (float) random.nextGaussian() / 4;
      }
      String name = "features." + index;
      state.add(new TensorEntry(name + ".weight", new long[] {4, channels, 3, 3}, weight));
      state.add(new TensorEntry(name + ".bias", new long[] {4}, new float[4]));
      channels = 4;
    }
    Safetensors.write(vgg, state, Map.of());
    Cli.Result result = train(painting(), "--features=" + vgg).succeeded();
    assertTrue(result.out().contains("VGG-16"), result.out());
    Cli.run(
            "train",
            "--model=style",
            "--data=" + dir.resolve("photos"),
            "--out=" + dir.resolve("other"),
            painting(),
            SMALL,
            "--features=" + vgg,
            "--style-layers=relu1_1,relu9_9")
        .failed(1, "'relu9_9' in VGG-16", "relu5_3");
  }

  @Test
  void oneOfSeveralStateDictsIsNamed() {
    String two = "--features=src/test/resources/lanewise/io/torch/two.pth";
    train(painting(), two).failed(1, "'gan.G'", "--state-dict");
    train(painting(), two, "--state-dict=gan.D").failed(1, "no tensor features.0.weight");
    train(painting(), "--state-dict=gan.D").failed(2, "leave it out");
    assertFalse(Files.exists(dir.resolve("run")));
  }

  @Test
  void moreThanTheAllowedPixelsAreNotRead() {
    train(painting(), "--max-pixels=11999").failed(1, "120 x 100 pixels", "11999", "--max-pixels");
    train(painting(), "--max-pixels=0").failed(2, "--max-pixels must be at least 1");
  }

  @Test
  void mistakesAreSaidInOneLine() throws IOException {
    train().failed(2, "--style painting.jpg");
    train(painting(), "--loss=hinge").failed(2, "--loss", "--model gan");
    train(painting(), "--image-size=66").failed(2, "--image-size 66", "68");
    train(painting(), "--image-size=32").failed(1, "at least 56 pixels, not 32");
    train(painting(), "--style-size=20").failed(1, "at least 56 pixels, not 20");
    train(painting(), "--style-weight=-1").failed(2, "--style-weight");
    train("--style=" + dir.resolve("none.jpg")).failed(1, "none.jpg");
    train(painting(), "--features=" + dir.resolve("none.pth")).failed(1, "none.pth");
    train(painting(), "--features=" + dir.resolve("painting.png")).failed(1, "painting.png");
    Path text = Files.writeString(dir.resolve("text.jpg"), "no picture");
    train("--style=" + text).failed(1, "text.jpg");
    assertFalse(Files.exists(dir.resolve("run")));
  }

  @Test
  void picturesThatCannotBeReadAreSkipped() throws IOException {
    Files.writeString(dir.resolve("photos/broken.jpg"), "no picture");
    Cli.Result result = train(painting()).succeeded();
    assertTrue(result.out().contains("skipped 1 picture"), result.out());
    Path empty = Files.createDirectory(dir.resolve("empty"));
    Files.writeString(empty.resolve("broken.jpg"), "no picture");
    Cli.run(
            "train",
            "--model=style",
            "--data=" + empty,
            "--out=" + dir.resolve("other"),
            painting(),
            SMALL)
        .failed(1, "no picture in", "broken.jpg");
  }
}
