package lanewise.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ResizeTest {
  /** Of Pillow 9.4: {@code resize((5, 4), BICUBIC)} of {@link #picture}, then {@code (13, 11)}. */
  private static final int[] SMALLER = {
    52, 122, 158, 108, 61, 154, 122, 82, 123, 152, 94, 123, 164, 124, 92, 185, 138, 88, 124, 194
  };

  private static final int[] LARGER_FIRST_ROWS = {
    0, 12, 41, 66, 92, 116, 143, 182, 226, 225, 39, 0, 37, 27, 45, 74, 98, 134, 169, 189, 127, 119,
    140, 49, 42, 70
  };

  private static ByteImage picture() {
    byte[] pixels = new byte[7 * 9];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (37 * i);
    }
    return new ByteImage(1, 7, 9, pixels);
  }

  @Test
  void bicubicIsPillows() {
    assertLevels(SMALLER, Resize.whole(Resize.BICUBIC, picture(), 4, 5));
    assertLevels(LARGER_FIRST_ROWS, Resize.whole(Resize.BICUBIC, picture(), 11, 13));
  }

  /** Pillow rounds its weights to 22 bits, which may turn a level by one. */
  private static void assertLevels(int[] expected, ByteImage image) {
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], image.pixels()[i] & 0xFF, 1, "pixel " + i);
    }
  }
}
