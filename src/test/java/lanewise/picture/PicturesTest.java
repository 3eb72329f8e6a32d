package lanewise.picture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import lanewise.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures of all kinds against what Pillow makes of them: see {@code make_pictures.py}. */
class PicturesTest {
  private static final Path FILES = PillowReference.FILES;
  private static final Map<?, ?> EXPECTED = (Map<?, ?>) PillowReference.section("pictures");

  @TempDir Path folder;

  static Stream<String> pictures() {
    return EXPECTED.keySet().stream().map(Object::toString);
  }

  private static Picture read(Path file) {
    return Pictures.read(file, Pictures.DEFAULT_MAX_PIXELS);
  }

  @ParameterizedTest
  @MethodSource("pictures")
  void readsWhatPillowReads(String name) {
    PillowReference expected = PillowReference.of(EXPECTED.get(name));
    Picture picture = read(FILES.resolve(name));
    assertEquals(expected.width(), picture.width());
    assertEquals(expected.height(), picture.height());
    // Of 16 bits in colour Pillow keeps the upper 8.
    boolean upper = name.contains("-16") && !expected.mode().equals("I");
    int unit = expected.mode().equals("I") ? 257 : 1;
    // The JDK's libjpeg is older than Pillow's; both are within one level of the exact result.
    int tolerance = name.endsWith(".jpg") ? 2 : 0;
    Picture compared = expected.colors().size() == 3 ? picture.rgb() : picture;
    assertEquals(expected.colors().size(), compared.channels());
    for (int c = 0; c < compared.channels(); c++) {
      assertLevels(expected.colors().get(c), compared.planes()[c], unit, upper, tolerance);
    }
    if (expected.hasAlpha()) {
      assertLevels(expected.levels().getLast(), picture.alpha(), 1, upper, 0);
    } else {
      assertNull(picture.alpha());
    }
  }

  private static void assertLevels(
      int[] expected, float[] actual, int unit, boolean upper, int tolerance) {
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < actual.length; i++) {
      float level = upper ? Math.round(actual[i] * 257) >> 8 : actual[i] * unit;
      assertEquals(expected[i], level, tolerance + 1e-2, "at " + i);
    }
  }

  @Test
  void greyStaysGrey() {
    for (String name : new String[] {"grey.png", "grey.jpg", "grey-2.png", "grey-alpha.png"}) {
      assertEquals(1, read(FILES.resolve(name)).channels(), name);
    }
  }

  @Test
  void sixteenBitsKeepTheirPrecision() {
    Picture picture = read(FILES.resolve("rgb-16.png"));
    for (int i = 0; i < 17; i++) {
      assertEquals(i * 3000, picture.planes()[0][i] * 257, 1e-2);
    }
  }

  @Test
  void sizesAreThoseOfPicturesThatAreTurned() {
    for (int orientation = 1; orientation <= 8; orientation++) {
      PictureSize size =
          Pictures.size(FILES.resolve("orientation-%d.jpg".formatted(orientation)), 1000);
      assertEquals(orientation <= 4 ? 17 : 11, size.width(), "orientation " + orientation);
      assertEquals(orientation <= 4 ? 11 : 17, size.height(), "orientation " + orientation);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rgb.png", "palette.png", "rgb.jpg", "rgb-progressive.jpg", "cmyk.jpg"})
  void aPictureThatEndsEarlyHasNoSize(String name) throws IOException {
    byte[] whole = Files.readAllBytes(FILES.resolve(name));
    for (int length : new int[] {2, 20, whole.length / 2, whole.length - 20}) {
      Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, length));
      assertRefused(() -> Pictures.size(cut, 1000), "cut");
    }
  }

  // Writing.

  private static Picture drawn(int channels, boolean alpha) {
    float[][] planes = new float[channels][7 * 5];
    float[] transparency = new float[7 * 5];
    for (int i = 0; i < 35; i++) {
      for (int c = 0; c < channels; c++) {
        planes[c][i] = 7 * i + c;
      }
      transparency[i] = 255 - 7 * i;
    }
    return new Picture(7, 5, planes, alpha ? transparency : null);
  }

  @Test
  void pngIsReadAsItWasWritten() {
    Path file = folder.resolve("new/a.PNG");
    for (int channels : new int[] {1, 3}) {
      for (boolean alpha : new boolean[] {false, true}) {
        Picture picture = drawn(channels, alpha);
        Pictures.write(file, picture);
        Picture read = read(file);
        assertArrayEquals(picture.rgb().planes(), read.rgb().planes());
        assertArrayEquals(picture.alpha(), read.alpha());
      }
    }
  }

  @Test
  void jpegIsCloseToWhatWasWrittenAndOpaque() {
    Path file = folder.resolve("a.jpeg");
    for (int channels : new int[] {1, 3}) {
      Picture picture = drawn(channels, true);
      Pictures.write(file, picture);
      Picture read = read(file);
      assertNull(read.alpha());
      assertEquals(channels, read.channels());
      for (int i = 0; i < 35; i++) {
        assertEquals(picture.planes()[0][i], read.planes()[0][i], 4);
      }
    }
  }

  @Test
  void levelsAreRoundedAndClamped() {
    Path file = folder.resolve("a.png");
    float[] levels = {-1, 0.4f, 0.6f, 254.5f, 300, Float.NaN};
    Pictures.write(file, new Picture(6, 1, new float[][] {levels}));
    assertArrayEquals(new float[] {0, 0, 1, 255, 255, 0}, read(file).planes()[0]);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a.gif", "png", "a.png.txt"})
  void aNameMustSayItsFormat(String name) {
    Path file = folder.resolve(name);
    assertRefused(() -> Pictures.write(file, drawn(1, false)), name, ".png, .jpg or .jpeg");
    assertRefused(() -> Pictures.checkName(file), name);
    assertFalse(Files.exists(file));
  }

  @Test
  void anOldFileSurvivesAFailure() throws IOException {
    Path notAFolder = Files.writeString(folder.resolve("file"), "old");
    assertRefused(
        () -> Pictures.write(notAFolder.resolve("a.png"), drawn(1, false)), "cannot write");
    assertEquals("old", Files.readString(notAFolder));
  }

  // What cannot be read.

  @Test
  void sizeIsLookedAtBeforeDecoding() throws IOException {
    assertRefused(
        () -> Pictures.read(FILES.resolve("rgb.png"), 17 * 11 - 1),
        "17 x 11 pixels",
        "at most 186",
        "--max-pixels");
    assertRefused(() -> Pictures.read(FILES.resolve("rgb.jpg"), 17 * 11 - 1), "--max-pixels");
    assertEquals(17, Pictures.read(FILES.resolve("rgb.png"), 17 * 11).width());
    Path bomb = bombOf(50_000, 50_000);
    assertRefused(() -> read(bomb), "50000 x 50000 pixels", "at most 100000000", "--max-pixels");
    assertRefused(
        () -> Pictures.read(bomb, Long.MAX_VALUE),
        "at most 268435455 are allowed; make it smaller");
    Path largest = bombOf(Integer.MAX_VALUE, Integer.MAX_VALUE);
    assertRefused(() -> read(largest), "2147483647 x 2147483647");
  }

  /** A PNG that announces another size than it has. */
  private Path bombOf(int width, int height) throws IOException {
    byte[] png = Files.readAllBytes(FILES.resolve("rgb.png"));
    // Width and height follow the 8-byte signature and the IHDR chunk's length and type.
    ByteBuffer bytes = ByteBuffer.wrap(png).putInt(16, width).putInt(20, height);
    CRC32 crc = new CRC32();
    crc.update(png, 12, 17);
    bytes.putInt(29, (int) crc.getValue());
    return Files.write(folder.resolve(width + ".png"), png);
  }

  @Test
  void scansWithoutEndAreRefused() throws IOException {
    byte[] whole = Files.readAllBytes(FILES.resolve("rgb-progressive.jpg"));
    int last = whole.length - 2;
    while (whole[last] != (byte) 0xFF || whole[last + 1] != (byte) 0xDA) {
      last--;
    }
    byte[] scan = Arrays.copyOfRange(whole, last, whole.length - 2);
    for (int more : new int[] {50, 100}) {
      var bytes = new ByteArrayOutputStream();
      bytes.write(whole, 0, whole.length - 2);
      for (int i = 0; i < more; i++) {
        bytes.write(scan);
      }
      bytes.write(whole, whole.length - 2, 2);
      Path file = Files.write(folder.resolve("scans.jpg"), bytes.toByteArray());
      if (more == 50) {
        assertEquals(17, read(file).width());
      } else {
        assertRefused(() -> read(file), "more than 100 scans");
      }
    }
  }

  @Test
  void aPictureThatEndsEarlyIsNotShownInPart() throws IOException {
    int accepted = 0;
    for (String name :
        new String[] {
          "rgb.png",
          "rgb-interlaced.png",
          "palette.png",
          "rgb.jpg",
          "rgb-progressive.jpg",
          "cmyk.jpg"
        }) {
      byte[] whole = Files.readAllBytes(FILES.resolve(name));
      for (int length = 0; length < whole.length - 2; length += 5) {
        Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(whole, length));
        try {
          Picture read = read(cut);
          // The rest of a PNG may be its checksums and its end, which are not needed.
          assertArrayEquals(read(FILES.resolve(name)).planes(), read.planes(), name + length);
          accepted++;
        } catch (UserException e) {
          assertEquals(1, e.getMessage().lines().count(), e.getMessage());
        }
      }
    }
    assertTrue(accepted < 20, accepted + " accepted");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rgb.png",
        "palette-trns.png",
        "rgb-16.png",
        "orientation-6.jpg",
        "rgb-progressive.jpg",
        "ycck.jpg"
      })
  void randomDamageIsReadOrRefusedButNeverCrashes(String name) throws IOException {
    byte[] whole = Files.readAllBytes(FILES.resolve(name));
    var random = new SplittableRandom(1);
    var reasons = new TreeSet<String>();
    for (int attempt = 0; attempt < 150; attempt++) {
      byte[] damaged = whole.clone();
      for (int i = random.nextInt(1, 6); i > 0; i--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      Path file = Files.write(folder.resolve("damaged"), damaged);
      try {
        Pictures.read(file, 10_000);
      } catch (UserException e) {
        assertEquals(1, e.getMessage().lines().count(), e.getMessage());
        reasons.add(e.getMessage().substring(e.getMessage().indexOf("damaged")));
      }
    }
    assertTrue(reasons.size() > 1, reasons.toString());
  }

  @Test
  void whatIsNoPictureIsSaid() throws IOException {
    Path text = Files.writeString(folder.resolve("a.png"), "not an image");
    assertRefused(() -> read(text), "a.png", "neither PNG nor JPEG");
    Path gif = Files.write(folder.resolve("b.png"), "GIF89a".getBytes(StandardCharsets.US_ASCII));
    assertRefused(() -> read(gif), "neither PNG nor JPEG");
    assertRefused(() -> read(folder), "a folder");
    assertRefused(() -> read(folder.resolve("none.png")), "no such file");
  }

  static void assertRefused(Executable action, String... parts) {
    String message = assertThrows(UserException.class, action).getMessage();
    assertEquals(1, message.lines().count(), message);
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "no '" + part + "' in: " + message);
    }
  }
}
