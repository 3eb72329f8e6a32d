package lanewise.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class InterpolationTest {
  @Test
  void rowsBeginAndEndWithTheLatentsInTheirOrder() {
    float[] z = new Latents(3, 50).fixed(4);
    float[] rows = Interpolation.rows(z, 50, 10);
    assertEquals(2 * 10 * 50, rows.length);
    assertArrayEquals(Arrays.copyOfRange(z, 0, 50), Arrays.copyOfRange(rows, 0, 50), 1e-6f);
    assertArrayEquals(Arrays.copyOfRange(z, 50, 100), Arrays.copyOfRange(rows, 450, 500), 1e-6f);
    assertArrayEquals(Arrays.copyOfRange(z, 100, 150), Arrays.copyOfRange(rows, 500, 550), 1e-6f);
    assertArrayEquals(Arrays.copyOfRange(z, 150, 200), Arrays.copyOfRange(rows, 950, 1000), 1e-6f);
  }

  @Test
  void theWayIsTheArcInEqualAngles() {
    float third = (float) Math.sqrt(0.75);
    assertArrayEquals(
        new float[] {third, 0.5f},
        Interpolation.slerp(new float[] {1, 0}, new float[] {0, 1}, 1 / 3.0),
        1e-6f);
  }

  @Test
  void vectorsWithoutAnArcBetweenThemAreJoinedByALine() {
    float[] x = {1, 2};
    assertArrayEquals(x, Interpolation.slerp(x, x, 0.3), 1e-6f);
    assertArrayEquals(
        new float[] {1.5f}, Interpolation.slerp(new float[] {1}, new float[] {2}, 0.5));
    assertArrayEquals(
        new float[] {-0.5f}, Interpolation.slerp(new float[] {1}, new float[] {-2}, 0.5));
  }
}
