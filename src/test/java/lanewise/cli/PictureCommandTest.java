package lanewise.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.io.Safetensors;
import lanewise.model.Norm;
import lanewise.model.TranslatorSpec;
import lanewise.model.Upsampling;
import lanewise.nn.Network;
import lanewise.picture.Picture;
import lanewise.picture.Pictures;
import lanewise.train.StateDict;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureCommandTest {
  @TempDir static Path models;
  private static Path style;
  private static Path horses;

  @TempDir Path dir;
  private Path in;
  private Path out;

  @BeforeAll
  static void writeModels() {
    style = write("style", TranslatorSpec.style(2, Norm.INSTANCE, Upsampling.RESIZE));
    horses = write("horses", TranslatorSpec.resnet(3, 2, 1, Norm.INSTANCE_PLAIN));
  }

  private static Path write(String name, TranslatorSpec spec) {
    Path file = models.resolve(name + ".safetensors");
    try (Backend backend = Backends.open("scalar");
        Network network = new Network(backend, spec.network())) {
      network.initialize(spec.initialization(), 3);
      Safetensors.write(file, StateDict.of(network), Map.of());
    }
    return file;
  }

  @BeforeEach
  void makePictures() throws IOException {
    in = Files.createDirectory(dir.resolve("in"));
    out = dir.resolve("out");
    Pictures.write(in.resolve("wide.png"), picture(30, 17, true));
    Pictures.write(in.resolve("tall.jpg"), picture(19, 26, false));
  }

  private static Picture picture(int width, int height, boolean transparent) {
    float[][] planes = new float[3][width * height];
    float[] alpha = new float[width * height];
    for (int i = 0; i < width * height; i++) {
      planes[0][i] = 255f * (i % width) / width;
      planes[1][i] = Math.floorDiv(i, width) * 255f / height;
      planes[2][i] = 40;
      alpha[i] = i % 5 == 0 ? 100 : 255;
    }
    return new Picture(width, height, planes, transparent ? alpha : null);
  }

  private static Picture read(Path file) {
    return Pictures.read(file, Pictures.DEFAULT_MAX_PIXELS);
  }

  @Test
  void aPictureKeepsItsSizeAndItsAlpha() {
    Path result = dir.resolve("painted.png");
    Cli.run("stylize", "--model", style, in.resolve("wide.png"), result).succeeded();
    Picture made = read(result);
    assertEquals(30, made.width());
    assertEquals(17, made.height());
    assertArrayEquals(read(in.resolve("wide.png")).alpha(), made.alpha());
  }

  @Test
  void aFolderKeepsItsNamesAndReportsWhatFails() throws IOException {
    Files.writeString(in.resolve("broken.png"), "not a picture");
    Files.writeString(in.resolve("notes.txt"), "neither");
    Pictures.write(in.resolve("dot.png"), picture(2, 2, false));
    Cli.Result result = Cli.run("translate", "--model", horses, in, out);
    assertEquals(1, result.status(), result.err());
    assertTrue(result.out().contains("skipped broken.png: "), result.out());
    assertTrue(result.out().contains("skipped dot.png: 2 x 2 pixels are too few"), result.out());
    assertTrue(result.out().contains("2 pictures in " + out + ", 2 failed, 1 file"), result.out());
    assertEquals(26, read(out.resolve("tall.jpg")).height());
    assertEquals(30, read(out.resolve("wide.png")).width());
    assertFalse(Files.exists(out.resolve("broken.png")));
  }

  /** Those of {@code make_pictures.py}; the names say what kind each is of. */
  @Test
  void picturesOfEveryKindAreTranslated() {
    Path kinds = Path.of("src/test/resources/lanewise/picture");
    String text = Cli.run("translate", "--model", horses, kinds, out).succeeded().out();
    assertTrue(text.contains("38 pictures in " + out), text);
    for (int orientation = 1; orientation <= 8; orientation++) {
      Picture made = read(out.resolve("orientation-%d.jpg".formatted(orientation)));
      assertEquals(orientation <= 4 ? 17 : 11, made.width(), "orientation " + orientation);
    }
    for (String transparent : List.of("rgba.png", "rgba-16.png", "palette-trns.png")) {
      Picture given = read(kinds.resolve(transparent));
      for (int i = 0; i < given.alpha().length; i++) {
        assertEquals(given.alpha()[i], read(out.resolve(transparent)).alpha()[i], 0.5, transparent);
      }
    }
  }

  @Test
  void nothingIsReplacedWithoutForce() throws IOException {
    Path result = Files.writeString(dir.resolve("kept.png"), "precious");
    Path source = in.resolve("wide.png");
    Cli.run("stylize", "--model", style, source, result).failed(1, "kept.png exists", "--force");
    assertEquals("precious", Files.readString(result));
    Cli.run("stylize", "--model", style, "--force", source, result).succeeded();
    assertEquals(30, read(result).width());

    Files.createDirectory(out);
    Files.writeString(out.resolve("tall.jpg"), "precious");
    Cli.Result folder = Cli.run("stylize", "--model", style, in, out);
    assertEquals(1, folder.status());
    assertTrue(folder.out().contains("skipped tall.jpg: "), folder.out());
    assertEquals("precious", Files.readString(out.resolve("tall.jpg")));
  }

  @Test
  void oneOfSeveralStateDictsIsNamed() {
    Path two = Path.of("src/test/resources/lanewise/io/torch/two.pth");
    Path result = dir.resolve("never.png");
    Object[] pictures = {in.resolve("wide.png"), result};
    Cli.run("stylize", "--model", two, List.of(pictures)).failed(1, "'gan.G'", "--state-dict");
    Cli.run("stylize", "--model", two, "--state-dict=gan.D", List.of(pictures))
        .failed(1, "two.pth cannot be used");
    Cli.run("stylize", "--model", style, "--state-dict=gan.D", List.of(pictures))
        .failed(1, "leave out --state-dict");
    assertFalse(Files.exists(result));
  }

  @Test
  void sizeIsThatOfTheLongerSide() {
    Path result = dir.resolve("small.jpg");
    Cli.run("stylize", "--model", style, "--size", 60, in.resolve("wide.png"), result).succeeded();
    assertEquals(60, read(result).width());
    assertEquals(34, read(result).height());
  }

  @Test
  void originalColorsKeepTheHue() {
    Path source = dir.resolve("red.png");
    float[][] planes = new float[3][400];
    Arrays.fill(planes[0], 150);
    Arrays.fill(planes[1], 60);
    Arrays.fill(planes[2], 60);
    Pictures.write(source, new Picture(20, 20, planes));
    Path result = dir.resolve("result.png");
    Cli.run("stylize", "--model", style, "--original-colors", source, result).succeeded();
    Picture made = read(result);
    for (int i = 0; i < 400; i++) {
      if (made.planes()[1][i] > 0 && made.planes()[0][i] < 255) {
        assertEquals(90, made.planes()[0][i] - made.planes()[1][i], 1);
      }
    }
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    Path wide = in.resolve("wide.png");
    Path result = dir.resolve("x.png");
    Cli.run("stylize", "--model", style, dir.resolve("none.png"), result)
        .failed(1, "none.png", "does not exist");
    Cli.run("stylize", "--model", style, wide, dir.resolve("x.bmp")).failed(1, "x.bmp", ".png");
    Cli.run("stylize", "--model", style, "--size", 0, wide, result).failed(2, "--size", "0");
    Cli.run("stylize", "--model", style, "--max-pixels", 100, wide, result)
        .failed(1, "wide.png", "100", "--max-pixels");
    Cli.run("stylize", "--model", style, "--size", 900, "--max-pixels", 1000, wide, result)
        .failed(1, "900 x 510", "--max-pixels");
    Cli.run("stylize", "--model", style, "--range", "1", wide, result)
        .failed(2, "--range is BLACK..WHITE");
    Cli.run("translate", "--model", style, in, in).failed(2, "another folder");
    Cli.run("translate", "--model", style, in, wide).failed(2, "is a file");
    Path empty = Files.createDirectory(dir.resolve("empty"));
    Cli.run("translate", "--model", style, empty, out).failed(1, "has no pictures");
    Cli.run("translate", "--model", dir, wide, result).failed(1, "is not a run");
    assertFalse(Files.exists(result));
    assertFalse(Files.exists(out));
  }
}
