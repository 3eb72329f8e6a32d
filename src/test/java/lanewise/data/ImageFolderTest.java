package lanewise.data;

import static java.nio.charset.StandardCharsets.UTF_8;
import static lanewise.data.SampleFiles.assertRefused;
import static lanewise.data.SampleFiles.assertShape;
import static lanewise.data.SampleFiles.bytes;
import static lanewise.data.SampleFiles.open;
import static lanewise.data.SampleFiles.plain;
import static lanewise.data.SampleFiles.sample;
import static lanewise.data.SampleFiles.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
  @TempDir Path dir;

  private static BufferedImage grey(int type, int width, int height, int value) {
    BufferedImage image = new BufferedImage(width, height, type);
    for (int i = 0; i < width * height; i++) {
      image.getRaster().setSample(i % width, i / width, 0, value);
    }
    return image;
  }

  @Test
  void readsPngAndJpegInTheOrderOfTheirPaths() throws IOException {
    write(dir.resolve("b.JPG"), plain(8, 8, 0x2040F0));
    write(dir.resolve("a.png"), plain(8, 8, 0xFF8000));
    write(dir.resolve("deep/er/c.jpeg"), plain(8, 8, 0x000000));
    Dataset data = open(dir);
    assertShape(data, 3, 3, 8, 8);
    assertEquals(dir.getFileName() + " (3 images, " + dir + ")", data.name());
    int[] first = bytes(data, 0);
    assertEquals(List.of(255, 128, 0), List.of(first[0], first[64], first[128]));
    int[] second = bytes(data, 1);
    assertEquals(0x20, second[0], 3);
    assertEquals(0x40, second[64], 3);
    assertEquals(0xF0, second[128], 3);
    assertEquals(0, data.classes());
  }

  @Test
  void takesSamplesAsStored() throws IOException {
    write(dir.resolve("8bit.png"), grey(BufferedImage.TYPE_BYTE_GRAY, 4, 4, 100));
    write(dir.resolve("16bit.png"), grey(BufferedImage.TYPE_USHORT_GRAY, 4, 4, 100 << 8));
    write(dir.resolve("jpeg.jpg"), grey(BufferedImage.TYPE_BYTE_GRAY, 4, 4, 100));
    byte[] greys = {0, 100, (byte) 200};
    IndexColorModel palette = new IndexColorModel(8, 3, greys, greys, greys);
    BufferedImage indexed = new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_INDEXED, palette);
    indexed.getRaster().setSamples(0, 0, 4, 4, 0, fill(1));
    write(dir.resolve("palette.png"), indexed);
    Dataset data = open(dir);
    assertShape(data, 4, 1, 4, 4);
    for (int i = 0; i < 4; i++) {
      assertArrayEquals(fill(100), bytes(data, i), "image " + i);
    }
  }

  private static int[] fill(int value) {
    int[] values = new int[16];
    Arrays.fill(values, value);
    return values;
  }

  @Test
  void oneColouredImageMakesAllColoured() throws IOException {
    write(dir.resolve("a.png"), grey(BufferedImage.TYPE_BYTE_GRAY, 2, 2, 9));
    byte[] red = {0, 50};
    byte[] other = {0, 60};
    IndexColorModel palette = new IndexColorModel(1, 2, red, other, other);
    BufferedImage indexed = new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_BINARY, palette);
    indexed.getRaster().setSample(1, 0, 0, 1);
    write(dir.resolve("b.png"), indexed);
    Dataset data = open(dir);
    assertShape(data, 2, 3, 2, 2);
    assertArrayEquals(new int[] {9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9}, bytes(data, 0));
    assertArrayEquals(new int[] {0, 50, 0, 0, 0, 60, 0, 0, 0, 60, 0, 0}, bytes(data, 1));
    assertShape(open(dir, 0, 1), 2, 1, 2, 2);
  }

  @Test
  void dropsTransparency() throws IOException {
    BufferedImage image = new BufferedImage(2, 2, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, 0x40102030);
    write(dir.resolve("a.png"), image);
    int[] pixels = bytes(open(dir), 0);
    assertEquals(List.of(0x10, 0x20, 0x30), List.of(pixels[0], pixels[4], pixels[8]));
  }

  @Test
  void resizesTheShorterSideAndCropsTheCentre() throws IOException {
    // A red and a blue bar around a green square.
    BufferedImage wide = plain(96, 32, 0x00FF00);
    for (int y = 0; y < 32; y++) {
      for (int x = 0; x < 32; x++) {
        wide.setRGB(x, y, 0xFF0000);
        wide.setRGB(x + 64, y, 0x0000FF);
      }
    }
    write(dir.resolve("wide.png"), wide);
    write(dir.resolve("small.png"), plain(5, 9, 0x00FF00));
    Dataset data = open(dir, 16, 3);
    assertShape(data, 2, 3, 16, 16);
    int[] small = bytes(data, 0);
    int[] cropped = bytes(data, 1);
    for (int i = 0; i < 256; i++) {
      assertEquals(255, small[256 + i]);
      boolean edge = i % 16 == 0 || i % 16 == 15;
      assertEquals(255, cropped[256 + i], edge ? 64 : 0, "at " + i);
    }
  }

  @Test
  void subFoldersAreClasses() throws IOException {
    write(dir.resolve("dogs/2.png"), plain(2, 2, 0x222222));
    write(dir.resolve("cats/1.png"), plain(2, 2, 0x111111));
    write(dir.resolve("cats/kittens/3.png"), plain(2, 2, 0x333333));
    Dataset data = open(dir);
    assertEquals(2, data.classes());
    assertEquals(
        List.of(0x11, 0x33, 0x22),
        List.of(bytes(data, 0)[0], bytes(data, 1)[0], bytes(data, 2)[0]));
    assertEquals(List.of(0, 0, 1), List.of(data.label(0), data.label(1), data.label(2)));
  }

  @Test
  void skipsAndReportsWhatCannotBeDecoded() throws IOException {
    write(dir.resolve("good.png"), plain(4, 4, 0x010203));
    write(dir.resolve("text.png"), "not an image".getBytes(UTF_8));
    write(dir.resolve("empty.jpg"), new byte[0]);
    BufferedImage noise = plain(64, 64, 0);
    for (int i = 0; i < 4096; i++) {
      noise.setRGB(i % 64, i / 64, i * 0x9E3779);
    }
    for (String name : new String[] {"cut.png", "cut.jpg"}) {
      byte[] whole = Files.readAllBytes(write(dir.resolve(name), noise));
      write(dir.resolve(name), Arrays.copyOf(whole, whole.length / 2));
    }
    write(dir.resolve(".hidden.png"), "not an image either".getBytes(UTF_8));
    write(dir.resolve(".cache/hidden.png"), plain(4, 4, 0));
    List<String> log = new ArrayList<>();
    Dataset data = Datasets.open(dir.toString(), 4, 0, 1, log::add);
    assertShape(data, 1, 3, 4, 4);
    assertEquals(1, log.size());
    assertTrue(log.getFirst().startsWith("skipped 4 of 5 images in " + dir), log.getFirst());
    assertTrue(log.getFirst().contains("cut.jpg (truncated)"), log.getFirst());
    assertTrue(log.getFirst().endsWith(" and 1 more"), log.getFirst());
  }

  @Test
  void refusesAFolderWithoutOneDecodableImage() throws IOException {
    write(dir.resolve("a.png"), "not an image".getBytes(UTF_8));
    write(dir.resolve("b.jpg"), "nor this".getBytes(UTF_8));
    assertRefused(() -> open(dir), "none of the 2 images in " + dir, "a.png", "PNG or JPEG");
  }

  @Test
  void skipsAnImageThatAnnouncesTooManyPixels() throws IOException {
    byte[] png = Files.readAllBytes(write(dir.resolve("a.png"), plain(4, 4, 0)));
    // Width and height follow the 8-byte signature and the IHDR chunk's length and type.
    System.arraycopy(new byte[] {0, 1, 0, 0, 0, 1, 0, 0}, 0, png, 16, 8);
    CRC32 crc = new CRC32();
    crc.update(png, 12, 17);
    ByteBuffer.wrap(png).putInt(29, (int) crc.getValue());
    write(dir.resolve("a.png"), png);
    assertRefused(
        () -> open(dir),
        "a.png (65536 x 65536 pixels are too many, at most 100000000 are allowed)");
  }

  @Test
  void turnsImagesAsExifSays() throws IOException {
    Path pictures = Path.of("src/test/resources/lanewise/picture");
    for (int orientation : new int[] {5, 6, 7, 8}) {
      String name = "orientation-%d.jpg".formatted(orientation);
      write(dir.resolve(name), Files.readAllBytes(pictures.resolve(name)));
    }
    assertShape(open(dir), 4, 3, 17, 11);
  }

  @Test
  void refusesDifferentSizesUnlessOneIsAskedFor() throws IOException {
    write(dir.resolve("a.png"), plain(4, 5, 0));
    write(dir.resolve("b.png"), plain(6, 5, 0));
    assertRefused(() -> open(dir), "a.png is 4 x 5", "b.png is 6 x 5", "give an image size");
    assertShape(open(dir, 8, 0), 2, 3, 8, 8);
  }

  @Test
  void decodesOnDemandWhatMemoryCannotHold() throws IOException {
    for (int i = 0; i < 5; i++) {
      write(dir.resolve("class" + i / 3 + "/" + i + ".png"), plain(9, 7, i * 0x102030));
    }
    write(dir.resolve("class0/broken.png"), "not an image".getBytes(UTF_8));
    ImageShape shape = new ImageShape(6, 0);
    List<String> log = new ArrayList<>();
    long enough = 5 * 3 * 6 * 6;
    Dataset kept = new ImageFolder(dir, shape, enough, log::add).read("photos");
    assertEquals(1, log.size());
    Dataset decoded = new ImageFolder(dir, shape, enough - 1, log::add).read("photos");
    assertEquals(3, log.size());
    assertTrue(log.getLast().contains("-Xmx"), log.getLast());
    assertShape(decoded, 5, 3, 6, 6);
    assertEquals(kept.name(), decoded.name());
    for (int i = 0; i < 5; i++) {
      assertArrayEquals(sample(kept, i), sample(decoded, i));
      assertEquals(kept.label(i), decoded.label(i));
    }
    Files.delete(dir.resolve("class0/0.png"));
    sample(kept, 0);
    assertRefused(() -> sample(decoded, 0), dir.resolve("class0/0.png"), "not there");
  }
}
