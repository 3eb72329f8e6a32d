package lanewise.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ByteImageTest {

  /**
   * What Pillow 9.4.0 makes of the green channel of {@link #picture}:
   *
   * <pre>{@code
   * from PIL import Image
   * def picture(w, h):
   *     return Image.frombytes('RGB', (w, h), bytes(
   *         (x * x * (7 + c) + y * 13 * (c + 1) + x * y) % 256
   *         for y in range(h) for x in range(w) for c in range(3)))
   * def fit(im, s):  # torchvision's Resize(s) and CenterCrop(s)
   *     w, h = im.size
   *     k = min(w, h)
   *     im = im.resize((int(s * w / k), int(s * h / k)), Image.BILINEAR)
   *     l, t = round((im.width - s) / 2.0), round((im.height - s) / 2.0)
   *     return im.crop((l, t, l + s, t + s))
   * for w, h, s in [(23, 17, 5), (50, 7, 4), (9, 7, 12)]:
   *     print(list(fit(picture(w, h), s).getchannel('G').getdata()))
   * print(list(picture(6, 2).convert('L').getdata()))
   * }</pre>
   */
  private static final int[] SHRUNK = {
    79, 123, 124, 119, 87, 144, 128, 128, 132, 154, 134, 122, 129, 131, 119, 102, 133, 126, 132,
    128, 147, 122, 135, 129, 123
  };

  private static final int[] SHRUNK_WIDE = {
    124, 96, 110, 168, 127, 137, 147, 131, 138, 133, 138, 137, 115, 140, 121, 115
  };

  private static final int[] GROWN_FIRST_ROWS = {
    8, 22, 40, 64, 94, 128, 171, 166, 66, 74, 136, 54, 18, 33, 51, 75, 105, 139, 183, 178, 78, 86,
    148, 67
  };

  private static final int[] GREY = {0, 8, 31, 70, 125, 195, 24, 32, 57, 97, 153, 195};

  private static ByteImage picture(int width, int height) {
    byte[] pixels = new byte[3 * height * width];
    for (int i = 0; i < pixels.length; i++) {
      int c = i % 3;
      int x = i / 3 % width;
      int y = i / 3 / width;
      pixels[i] = (byte) (x * x * (7 + c) + y * 13 * (c + 1) + x * y);
    }
    return ByteImage.ofInterleaved(3, height, width, pixels);
  }

  private static int[] greenOf(ByteImage image, int count) {
    int plane = image.height() * image.width();
    return IntStream.range(plane, plane + count).map(i -> image.pixels()[i] & 0xFF).toArray();
  }

  private static void assertWithinOne(int[] expected, int[] actual) {
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], 1, "at " + i + " of " + Arrays.toString(actual));
    }
  }

  @Test
  void resizesAndCropsAsPillowDoes() {
    assertWithinOne(SHRUNK, greenOf(picture(23, 17).resizedTo(5), 25));
    assertWithinOne(SHRUNK_WIDE, greenOf(picture(50, 7).resizedTo(4), 16));
    assertWithinOne(GROWN_FIRST_ROWS, greenOf(picture(9, 7).resizedTo(12), 24));
  }

  @Test
  void resizesAVeryLongImageWithoutComputingWhatIsCroppedAway() {
    byte[] ramp = new byte[10_000_000];
    for (int i = 0; i < ramp.length; i++) {
      ramp[i] = (byte) (i - ramp.length / 2 + 128);
    }
    ByteImage wide = new ByteImage(1, 1, ramp.length, ramp).resizedTo(1024);
    assertEquals("1 x 1024 x 1024", wide.toString());
    // The crop shows one source pixel: half of each of the two that meet at the centre.
    assertEquals(127.5, wide.pixels()[0] & 0xFF, 0.5);
    assertEquals(128.5, wide.pixels()[1023] & 0xFF, 1);
    ByteImage tall = new ByteImage(1, ramp.length, 1, ramp).resizedTo(1024);
    for (int i = 0; i < 1024; i++) {
      assertEquals(wide.pixels()[i], tall.pixels()[1024 * i + 7]);
    }
  }

  @Test
  void greyIsPillowsLuma() {
    ByteImage grey = picture(6, 2).withChannels(1);
    assertEquals(1, grey.channels());
    int[] actual = IntStream.range(0, 12).map(i -> grey.pixels()[i] & 0xFF).toArray();
    assertArrayEquals(GREY, actual);
  }

  @Test
  void greyBecomesThreeEqualChannels() {
    ByteImage grey = new ByteImage(1, 1, 2, new byte[] {5, -6});
    assertEquals(new ByteImage(3, 1, 2, new byte[] {5, -6, 5, -6, 5, -6}), grey.withChannels(3));
    assertSame(grey, grey.withChannels(0));
    assertSame(grey, grey.withChannels(1));
  }

  @Test
  void padsUpToFourPixelsAndResizesBeyond() {
    byte[] white = new byte[28 * 28];
    Arrays.fill(white, (byte) 255);
    ByteImage image = new ByteImage(1, 28, 28, white);
    assertSame(image, image.paddedOrResizedTo(28));
    ByteImage padded = image.paddedOrResizedTo(32);
    for (int i = 0; i < 32 * 32; i++) {
      boolean inside = i / 32 >= 2 && i / 32 < 30 && i % 32 >= 2 && i % 32 < 30;
      assertEquals(inside ? -1 : 0, padded.pixels()[i], "at " + i);
    }
    ByteImage resized = image.paddedOrResizedTo(33);
    assertEquals(33, resized.height());
    assertEquals(-1, resized.pixels()[0]);
  }

  @Test
  void padsAnOddRestAtTheEnd() {
    ByteImage padded = new ByteImage(1, 2, 3, new byte[] {1, 2, 3, 4, 5, 6}).paddedOrResizedTo(4);
    byte[] expected = {0, 0, 0, 0, 1, 2, 3, 0, 4, 5, 6, 0, 0, 0, 0, 0};
    assertEquals(new ByteImage(1, 4, 4, expected), padded);
  }

  @Test
  void normalizesFromMinusOneToOne() {
    float[] target = new float[5];
    ByteImage.normalize(new byte[] {0, 127, (byte) 255}, target, 1);
    assertArrayEquals(new float[] {0, -1, (127 / 255f - 0.5f) / 0.5f, 1, 0}, target);
  }
}
