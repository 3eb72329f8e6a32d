package lanewise.picture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PictureTest {

  private static Picture numbered(int width, int height) {
    float[] levels = new float[width * height];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = i;
    }
    return new Picture(width, height, new float[][] {levels}, levels.clone());
  }

  @Test
  void resizesAsPillowDoes() {
    Picture opaque = read("rgb.png");
    Picture transparent = read("rgba.png");
    List<?> cases = (List<?>) PillowReference.section("resized");
    assertEquals(20, cases.size());
    int levels = 0;
    int differing = 0;
    for (Object entry : cases) {
      PillowReference expected = PillowReference.of(entry);
      ResizeFilter filter = ResizeFilter.valueOf((String) ((Map<?, ?>) entry).get("filter"));
      Picture actual =
          (expected.hasAlpha() ? transparent : opaque)
              .resized(expected.width(), expected.height(), filter);
      String what = filter + " " + expected.width() + " x " + expected.height();
      float[] alpha = actual.alpha();
      for (int i = 0; i < actual.planes()[0].length; i++) {
        if (expected.hasAlpha()) {
          assertEquals(expected.levels().getLast()[i], alpha[i], what + " at " + i);
        }
        for (int c = 0; c < 3; c++) {
          // What is nearly transparent has colours of few levels, whose rounding shows.
          double tolerance = expected.hasAlpha() ? 1 + 255 / Math.max(alpha[i], 1) : 1;
          float level = actual.planes()[c][i];
          assertEquals(expected.levels().get(c)[i], level, tolerance, what + " at " + i);
          levels++;
          differing += expected.levels().get(c)[i] == level ? 0 : 1;
        }
      }
    }
    // Pillow computes in fixed point: what lies between two levels may round to the other one.
    assertTrue(differing < levels / 50, differing + " of " + levels + " levels differ");
  }

  private static Picture read(String name) {
    return Pictures.read(PillowReference.FILES.resolve(name), Pictures.DEFAULT_MAX_PIXELS);
  }

  @Test
  void theSameSizeIsTheSamePicture() {
    Picture picture = numbered(4, 3);
    assertSame(picture, picture.resized(4, 3, ResizeFilter.BICUBIC));
  }

  @Test
  void aFlatPictureStaysFlat() {
    float[] levels = new float[9 * 7];
    Arrays.fill(levels, 200);
    Picture picture = new Picture(9, 7, new float[][] {levels});
    for (ResizeFilter filter : ResizeFilter.values()) {
      for (float level : picture.resized(23, 2, filter).planes()[0]) {
        assertEquals(200, level);
      }
    }
  }

  @Test
  void cropsAndFlips() {
    Picture part = numbered(4, 3).cropped(1, 1, 2, 2);
    assertArrayEquals(new float[] {5, 6, 9, 10}, part.planes()[0]);
    assertArrayEquals(new float[] {5, 6, 9, 10}, part.alpha());
    assertArrayEquals(new float[] {6, 5, 10, 9}, part.flipped().planes()[0]);
    assertArrayEquals(new float[] {6, 5, 10, 9}, part.flipped().alpha());
  }

  @Test
  void cropsMustBeWithin() {
    Picture picture = numbered(4, 3);
    for (int[] crop :
        new int[][] {{-1, 0, 1, 1}, {0, -1, 1, 1}, {3, 0, 2, 1}, {0, 3, 1, 1}, {0, 0, 0, 1}}) {
      assertThrows(
          IllegalArgumentException.class,
          () -> picture.cropped(crop[0], crop[1], crop[2], crop[3]),
          Arrays.toString(crop));
    }
  }

  @Test
  void greyHasThreeEqualPlanesAsRgb() {
    Picture rgb = numbered(2, 2).rgb();
    assertEquals(3, rgb.channels());
    assertSame(rgb.planes()[0], rgb.planes()[2]);
    assertSame(rgb, rgb.rgb());
  }

  @Test
  void planesMustFit() {
    assertThrows(IllegalArgumentException.class, () -> new Picture(2, 2, new float[1][3]));
    assertThrows(IllegalArgumentException.class, () -> new Picture(2, 2, new float[2][4]));
    assertThrows(
        IllegalArgumentException.class, () -> new Picture(2, 2, new float[1][4], new float[5]));
    assertThrows(IllegalArgumentException.class, () -> new Picture(0, 2, new float[1][0]));
    assertThrows(ArithmeticException.class, () -> new Picture(1 << 16, 1 << 16, new float[1][0]));
  }
}
