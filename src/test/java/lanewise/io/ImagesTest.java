package lanewise.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImagesTest {
  private static final int PADDING = 40;

  @TempDir Path folder;

  @Test
  void grayLevelsAreRoundedAndClamped() throws IOException {
    float[] values = {-1, 0, 1, -2, 5, Float.NaN};
    Images.writePng(folder.resolve("a.png"), values, 1, 2, 3);
    BufferedImage image = ImageIO.read(folder.resolve("a.png").toFile());
    assertArrayEquals(
        new int[] {0, 128, 255, 0, 255, 0}, image.getRaster().getPixels(0, 0, 3, 2, (int[]) null));
  }

  @Test
  void planesBecomeRedGreenBlue() throws IOException {
    float[] chw = {1, -1, -1, -1, -1, 1};
    Images.writePng(folder.resolve("a.png"), chw, 3, 1, 2);
    BufferedImage image = ImageIO.read(folder.resolve("a.png").toFile());
    assertEquals(0xFFFF0000, image.getRGB(0, 0));
    assertEquals(0xFF0000FF, image.getRGB(1, 0));
  }

  @Test
  void gridOfLargeImagesIsTorchvisions() throws IOException {
    int count = 5;
    float[] nchw = new float[count * 40 * 33];
    for (int n = 0; n < count; n++) {
      Arrays.fill(nchw, n * 40 * 33, (n + 1) * 40 * 33, n / 127.5f - 1);
    }
    Images.writeGrid(folder.resolve("a.png"), nchw, count, 1, 40, 33, 3);
    BufferedImage image = ImageIO.read(folder.resolve("a.png").toFile());
    assertEquals(3 * 35 + 2, image.getWidth());
    assertEquals(2 * 42 + 2, image.getHeight());
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        boolean between = x % 35 < 2 || y % 42 < 2;
        int n = y / 42 * 3 + x / 35;
        int expected = between || n >= count ? PADDING : n;
        assertEquals(expected, image.getRaster().getSample(x, y, 0), x + ", " + y);
      }
    }
  }

  @Test
  void tinyImagesAreMagnifiedByNearestNeighbour() throws IOException {
    float[] nchw = new float[2 * 3 * 28 * 28];
    Arrays.fill(nchw, -1);
    int second = 3 * 28 * 28;
    nchw[second + 1 * 28 * 28 + 5 * 28 + 7] = 1;
    Images.writeGrid(folder.resolve("a.png"), nchw, 2, 3, 28, 28, 8);
    BufferedImage image = ImageIO.read(folder.resolve("a.png").toFile());
    assertEquals(2 * 58 + 2, image.getWidth());
    assertEquals(58 + 2, image.getHeight());
    int left = 2 + 58 + 14;
    int top = 2 + 10;
    for (int y = 2; y < 58; y++) {
      for (int x = 60; x < 116; x++) {
        boolean lit = x >= left && x < left + 2 && y >= top && y < top + 2;
        assertEquals(lit ? 0xFF00FF00 : 0xFF000000, image.getRGB(x, y), x + ", " + y);
      }
    }
  }

  @Test
  void refusesDataThatIsNotTheShape() {
    Path file = folder.resolve("a.png");
    assertThrows(
        IllegalArgumentException.class, () -> Images.writePng(file, new float[5], 1, 2, 3));
    assertThrows(
        IllegalArgumentException.class, () -> Images.writePng(file, new float[8], 2, 2, 2));
  }

  @Test
  void pointsLieWhereTheirCoordinatesSay(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("points.png");
    // In the middle of the upper right quarter twice, at the lower left corner, and outside.
    Images.writePoints(file, new float[] {2, 2, 2, 2, -4, -3.99f, 5, 0, Float.NaN, 0}, 4);
    BufferedImage plot = ImageIO.read(file.toFile());
    assertEquals(256, plot.getWidth());
    assertEquals(63, plot.getRaster().getSample(192, 64, 0));
    assertEquals(127, plot.getRaster().getSample(0, 255, 0));
    assertEquals(255, plot.getRaster().getSample(128, 128, 0));
  }
}
