package lanewise.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import lanewise.backend.Interpolation.Border;
import lanewise.backend.Interpolation.Coordinates;
import lanewise.backend.Interpolation.Cubic;
import lanewise.backend.Interpolation.Linear;
import lanewise.backend.Interpolation.Nearest;
import lanewise.backend.Interpolation.Rounding;
import lanewise.backend.PoolSpec.Side;
import org.junit.jupiter.api.Test;

class AxisMapTest {
  private static final float[] SIDE = {1, 2, 4, 8};

  @Test
  void movesElements() {
    assertArrayEquals(new float[] {8, 4, 2}, apply(AxisMap.slice(4, 3, -1, 3)));
    assertArrayEquals(new float[] {2, 8}, apply(AxisMap.slice(4, 1, 2, 2)));
    assertArrayEquals(new float[] {0, 1, 2, 4}, apply(AxisMap.pad(4, 1, -1, PadMode.ZERO)));
    assertArrayEquals(new float[] {4, 8, 8, 8}, apply(AxisMap.pad(4, -2, 2, PadMode.EDGE)));
    assertArrayEquals(
        new float[] {8, 4, 2, 1, 2, 4, 8, 4}, apply(AxisMap.pad(4, 3, 1, PadMode.REFLECT)));
  }

  @Test
  void averagesWindows() {
    Side cutOff = new Side(3, 3, 1, 0, true);
    assertArrayEquals(new float[] {1, 6}, apply(AxisMap.average(4, cutOff, true)));
    assertArrayEquals(new float[] {1.5f, 6}, apply(AxisMap.average(4, cutOff, false)));
  }

  /** ONNX's coordinates and roundings, at places that they tell apart. */
  @Test
  void findsTheNearestElement() {
    assertArrayEquals(
        new float[] {1, 1, 2, 2, 4, 4, 8, 8}, nearest(Coordinates.ASYMMETRIC, Rounding.FLOOR, 8));
    assertArrayEquals(
        new float[] {1, 2, 4, 8}, nearest(Coordinates.ALIGN_CORNERS, Rounding.CEIL, 4));
    assertArrayEquals(
        new float[] {1, 8}, nearest(Coordinates.ALIGN_CORNERS, Rounding.ROUND_PREFER_FLOOR, 2));
    assertArrayEquals(
        new float[] {1, 4}, nearest(Coordinates.HALF_PIXEL, Rounding.ROUND_PREFER_FLOOR, 2));
    assertArrayEquals(
        new float[] {2, 8}, nearest(Coordinates.HALF_PIXEL, Rounding.ROUND_PREFER_CEIL, 2));
    assertArrayEquals(
        new float[] {2}, nearest(Coordinates.HALF_PIXEL, Rounding.ROUND_PREFER_FLOOR, 1));
    assertArrayEquals(
        new float[] {1}, nearest(Coordinates.PYTORCH_HALF_PIXEL, Rounding.ROUND_PREFER_FLOOR, 1));
  }

  private static float[] nearest(Coordinates coordinates, Rounding rounding, int outputs) {
    return apply(new Nearest(coordinates, rounding).map(4, outputs));
  }

  @Test
  void symmetricPixelsShowTheMiddleWhereTheScaleIsNotThatOfTheSizes() {
    Linear linear = new Linear(Coordinates.HALF_PIXEL_SYMMETRIC, Border.REPEAT, false);
    AxisMap map = linear.map(4, 2, 0.6);
    float[] reversed = apply(AxisMap.slice(4, 3, -1, 4));
    float[] there = apply(map, SIDE);
    float[] back = apply(map, reversed);
    assertEquals(there[0], back[1], 1e-6);
    assertEquals(there[1], back[0], 1e-6);
  }

  @Test
  void aSideOfTheSameSizeStaysAsItIs() {
    for (Coordinates coordinates : Coordinates.values()) {
      for (Interpolation how :
          List.of(
              new Nearest(coordinates, Rounding.FLOOR),
              new Linear(coordinates, Border.REPEAT, true),
              new Cubic(-0.75, coordinates, Border.EXCLUDE, false))) {
        assertTrue(how.map(7, 7).isIdentity(), how.toString());
      }
    }
  }

  @Test
  void weightsOfAnInterpolationAddUpToOne() {
    for (Interpolation how :
        List.of(
            Interpolation.BILINEAR_ANTIALIASED,
            Interpolation.BICUBIC_ANTIALIASED,
            new Cubic(-0.75, Coordinates.ASYMMETRIC, Border.EXCLUDE, true))) {
      for (int outputs : new int[] {1, 5, 24, 100}) {
        AxisMap map = how.map(24, outputs);
        float[] ones = new float[24];
        Arrays.fill(ones, 1);
        for (float sum : apply(map, ones)) {
          assertEquals(1, sum, 1e-6, how + " to " + outputs);
        }
      }
    }
  }

  @Test
  void isTransposedBackToItself() {
    AxisMap map = Interpolation.BICUBIC.map(4, 9);
    assertSame(map, map.transposed().transposed());
    assertEquals(9, map.transposed().inputs());
    assertEquals(4, map.transposed().outputs());
    // Column 2 of the matrix.
    float[] expected = new float[9];
    for (int i = 0; i < 9; i++) {
      for (int tap = map.start(i); tap < map.start(i + 1); tap++) {
        expected[i] += map.index(tap) == 2 ? map.weight(tap) : 0;
      }
    }
    float[] row = new float[9];
    for (int tap = map.transposed().start(2); tap < map.transposed().start(3); tap++) {
      row[map.transposed().index(tap)] = map.transposed().weight(tap);
    }
    assertArrayEquals(expected, row);
  }

  @Test
  void isEqualToWhatDoesTheSame() {
    assertEquals(AxisMap.identity(5), AxisMap.pad(5, 0, 0, PadMode.REFLECT));
    assertEquals(AxisMap.identity(5).hashCode(), AxisMap.pad(5, 0, 0, PadMode.REFLECT).hashCode());
    assertEquals(Interpolation.BILINEAR.map(4, 9), Interpolation.BILINEAR.map(4, 9));
    assertNotEquals(Interpolation.BILINEAR.map(4, 9), Interpolation.BICUBIC.map(4, 9));
    // The same taps of other sides and of other outputs.
    assertNotEquals(AxisMap.slice(5, 0, 1, 3), AxisMap.slice(4, 0, 1, 3));
    assertNotEquals(AxisMap.pad(3, 1, 0, PadMode.ZERO), AxisMap.pad(3, 0, 1, PadMode.ZERO));
  }

  @Test
  void knowsWhatStaysNeighbours() {
    AxisMap padded = AxisMap.pad(4, 1, 2, PadMode.ZERO);
    int[] runs = new int[padded.outputs()];
    for (int i = 0; i < runs.length; i++) {
      runs[i] = padded.run(i);
    }
    assertArrayEquals(new int[] {0, 4, 3, 2, 1, 0, 0}, runs);
    assertEquals(0, Interpolation.BILINEAR.map(4, 8).run(3));
  }

  @Test
  void whatIsOutsideIsRefused() {
    assertRefused("4 elements from 2 on", () -> AxisMap.slice(5, 2, 1, 4));
    assertRefused("2 elements from 0 on", () -> AxisMap.slice(5, 0, -1, 2));
    assertRefused("in steps of 0", () -> AxisMap.slice(5, 0, 0, 2));
    assertRefused("by -3 and -2", () -> AxisMap.pad(5, -3, -2, PadMode.ZERO));
    assertRefused("by 5 and 0 (REFLECT)", () -> AxisMap.pad(5, 5, 0, PadMode.REFLECT));
    Side side = new Side(4, 1, 0, 1, false);
    assertRefused("4 pixels is larger", () -> AxisMap.average(2, side, true));
  }

  private static void assertRefused(String words, Runnable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call::run);
    assertTrue(e.getMessage().contains(words), e.getMessage());
  }

  private static float[] apply(AxisMap map) {
    return apply(map, SIDE);
  }

  private static float[] apply(AxisMap map, float[] x) {
    float[] y = new float[map.outputs()];
    for (int i = 0; i < y.length; i++) {
      for (int tap = map.start(i); tap < map.start(i + 1); tap++) {
        y[i] += map.weight(tap) * x[map.index(tap)];
      }
    }
    return y;
  }
}
