package lanewise.backend.conformance;

import static lanewise.backend.conformance.ConformanceCase.in;
import static lanewise.backend.conformance.ConformanceCase.out;
import static lanewise.backend.conformance.ConformanceCase.sum;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import lanewise.backend.AxisOrder;
import lanewise.backend.Shape;
import lanewise.backend.conformance.ConformanceCase.Tolerance;

/** Elements in another order. */
final class OrderCases {
  private final List<ConformanceCase> cases = new ArrayList<>();

  static List<ConformanceCase> all() {
    OrderCases table = new OrderCases();
    for (int channels : ConformanceCases.SIZES) {
      table.pytorch(Shape.of(2, channels, 5, 7));
    }
    table.pytorch(Shape.of(1, 64, 33, 35));
    table.pytorch(Shape.of(1, 3, 100, 67));
    table.pytorch(Shape.of(5, 1, 4, 3));
    table.pytorch(Shape.matrix(5, 7));
    // Orders of two axes of an image, and of all its axes.
    table.order(new int[] {2, 3, 5, 7}, 0, 2, 1, 3);
    table.order(new int[] {2, 3, 5, 7}, 3, 2, 1, 0);
    table.order(new int[] {2, 3, 5, 7}, 1, 0, 2, 3);
    table.order(new int[] {40, 3, 5, 2}, 2, 0, 1, 3);
    // DepthToSpace, and an order of six axes.
    table.order(new int[] {2, 4, 5, 2, 2, 3}, 0, 1, 3, 2, 4, 5);
    table.order(new int[] {2, 4, 5, 3, 2, 2}, 0, 1, 4, 2, 5, 3);
    table.order(new int[] {2, 3, 4, 5, 6, 7}, 5, 3, 1, 4, 2, 0);
    // Nothing moves; axes that are one, and axes of size 1.
    table.order(new int[] {6, 7}, 0, 1);
    table.order(new int[] {1, 1}, 1, 0);
    table.order(new int[] {3, 1, 50, 1, 20}, 2, 3, 4, 1, 0);
    table.order(new int[] {90_000}, 0);
    table.order(new int[] {3, 40_000}, 1, 0);
    table.order(new int[] {3, 2, 20_000}, 1, 0, 2);
    return table.cases;
  }

  /** To PyTorch's order and back. */
  private void pytorch(Shape image) {
    Shape row = Shape.vector(image.size());
    cases.add(
        new ConformanceCase(
            "permute " + image + " to PyTorch's order",
            List.of(in(image)),
            List.of(sum(row)),
            Tolerance.EXACT,
            (b, in, out) -> b.permute(AxisOrder.toPyTorch(image), in[0], out[0])));
    cases.add(
        new ConformanceCase(
            "permute " + image + " from PyTorch's order",
            List.of(in(row)),
            List.of(out(image)),
            Tolerance.EXACT,
            (b, in, out) -> b.permute(AxisOrder.fromPyTorch(image), in[0], out[0])));
  }

  private void order(int[] sizes, int... axes) {
    AxisOrder order = AxisOrder.of(sizes, axes);
    Shape shape = Shape.of(1, 1, 1, Arrays.stream(sizes).reduce(1, (a, b) -> a * b));
    cases.add(
        new ConformanceCase(
            "permute " + order,
            List.of(in(shape)),
            List.of(out(shape)),
            Tolerance.EXACT,
            (b, in, out) -> b.permute(order, in[0], out[0])));
  }
}
