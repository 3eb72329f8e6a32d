package lanewise.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's examples are this folder's code, and they run. */
class ReadmeExamplesTest {

  @Test
  void trainingExampleRuns(@TempDir Path folder) throws IOException {
    Path png = folder.resolve("samples.png");
    TrainDcgan.train(1, png);
    BufferedImage grid = ImageIO.read(png.toFile());
    assertEquals(8 * (2 * 32 + 2) + 2, grid.getWidth());
  }

  @Test
  void kernelExampleNormalisesEachChannel() {
    float[] pixels = new float[3 * 256 * 256];
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) (100 + i / 65536 * 50 + 10 * random.nextGaussian());
    }
    NormalizeImage.normalize(pixels);
    for (int channel = 0; channel < 3; channel++) {
      double sum = 0;
      double squares = 0;
      for (int i = channel * 65536; i < (channel + 1) * 65536; i++) {
        sum += pixels[i];
        squares += pixels[i] * (double) pixels[i];
      }
      assertEquals(0, sum / 65536, 1e-4);
      assertEquals(1, squares / 65536, 1e-3);
    }
  }

  @Test
  void readmeShowsThisCode() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    for (String example : new String[] {"TrainDcgan", "NormalizeImage"}) {
      String code = body(Path.of("src/test/java/lanewise/examples/" + example + ".java"));
      assertTrue(
          readme.contains("```java\n" + code + "```"),
          () -> "README.md does not show " + example + ":\n" + code);
    }
  }

  /** The lines between the markers, indented as in a README. */
  private static String body(Path source) throws IOException {
    return Files.readString(source)
        .lines()
        .dropWhile(line -> !line.contains("// README:"))
        .skip(1)
        .takeWhile(line -> !line.contains("// end"))
        .map(line -> line.replaceFirst("^ {4}", "") + "\n")
        .collect(Collectors.joining());
  }
}
