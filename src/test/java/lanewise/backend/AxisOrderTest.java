package lanewise.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class AxisOrderTest {

  @Test
  void axesThatStayNeighboursAreOne() {
    assertEquals(order(3, 35, 2), simplified(new int[] {3, 5, 7, 2}, 0, 3, 1, 2));
    assertEquals(order(3, 35, 2), AxisOrder.toPyTorch(Shape.of(3, 2, 5, 7)));
    assertEquals(AxisOrder.of(new int[] {30}, 0), simplified(new int[] {5, 1, 6, 1}, 1, 0, 2, 3));
    assertEquals(AxisOrder.of(new int[] {1}, 0), simplified(new int[] {1, 1}, 1, 0));
    // An axis of size 1 in between does not keep its neighbours apart.
    assertEquals(
        AxisOrder.of(new int[] {2, 15}, 1, 0), simplified(new int[] {2, 3, 1, 5}, 1, 3, 2, 0));
    // Neighbours that swap places are two.
    assertEquals(
        AxisOrder.of(new int[] {2, 3, 5}, 2, 1, 0), simplified(new int[] {2, 3, 5}, 2, 1, 0));
  }

  private static AxisOrder order(int batch, int plane, int channels) {
    return AxisOrder.of(new int[] {batch, plane, channels}, 0, 2, 1);
  }

  private static AxisOrder simplified(int[] sizes, int... axes) {
    return AxisOrder.of(sizes, axes).simplified();
  }

  @Test
  void theInverseUndoesIt() {
    AxisOrder order = AxisOrder.of(new int[] {2, 3, 5, 7}, 2, 0, 3, 1);
    assertArrayEquals(new int[] {5, 2, 7, 3}, order.inverse().sizes());
    assertEquals(order, order.inverse().inverse());
    assertArrayEquals(new int[] {7, 105, 1, 35}, order.resultStrides());
  }

  @Test
  void whatIsNoOrderIsRefused() {
    int[] sizes = {2, 3};
    for (int[] axes : new int[][] {{0}, {0, 0}, {0, 2}, {0, 1, 2}}) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> AxisOrder.of(sizes, axes));
      assertTrue(e.getMessage().startsWith("permute: "), e.getMessage());
    }
    int[] seven = {1, 1, 1, 1, 1, 1, 1};
    assertThrows(IllegalArgumentException.class, () -> AxisOrder.of(seven, 0, 1, 2, 3, 4, 5, 6));
  }
}
