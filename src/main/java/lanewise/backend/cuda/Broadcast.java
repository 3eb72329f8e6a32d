package lanewise.backend.cuda;

import lanewise.backend.Layout;
import lanewise.backend.Shape;

/**
 * The four dimensions of a result in the order of storage, and each operand's strides along them: 0
 * where it is repeated. Neighbouring dimensions that every operand walks through in one go are one.
 *
 * <p>It is filled anew for each launch, so that a launch allocates nothing.
 */
final class Broadcast {
  private static final int RANK = 4;

  private final int[] sizes = new int[RANK];
  private final int[][] strides = new int[2][RANK];

  /** Describes how {@code a} and {@code b} are read for a result of shape {@code y}. */
  void to(Shape y, Shape a, Shape b) {
    for (int d = 0; d < RANK; d++) {
      sizes[d] = size(y, y.layout(), d);
    }
    strides(y, a, strides[0]);
    strides(y, b, strides[1]);
    merge();
  }

  private static void strides(Shape y, Shape operand, int[] strides) {
    int stride = 1;
    for (int d = RANK - 1; d >= 0; d--) {
      int size = size(operand, y.layout(), d);
      strides[d] = size == 1 ? 0 : stride;
      stride *= size;
    }
  }

  /** Dimension {@code d} in the order of storage, the last one fastest. */
  static int size(Shape s, Layout layout, int d) {
    return switch (layout) {
      case NHWC ->
          switch (d) {
            case 0 -> s.n();
            case 1 -> s.h();
            case 2 -> s.w();
            default -> s.c();
          };
      case HWIO ->
          switch (d) {
            case 0 -> s.h();
            case 1 -> s.w();
            case 2 -> s.c();
            default -> s.n();
          };
    };
  }

  /** Moves what remains to the last dimensions, merged; those in front become 1. */
  private void merge() {
    int to = RANK - 1;
    for (int d = RANK - 2; d >= 0; d--) {
      int size = sizes[d];
      if (size == 1) {
        continue;
      }
      sizes[d] = 1;
      if (sizes[to] != 1 && continues(d, to)) {
        sizes[to] *= size;
        continue;
      }
      to = sizes[to] == 1 ? to : to - 1;
      sizes[to] = size;
      for (int[] s : strides) {
        s[to] = s[d];
      }
    }
  }

  /** Whether every operand goes through both dimensions in equal steps. */
  private boolean continues(int outer, int inner) {
    for (int[] s : strides) {
      if (s[outer] != s[inner] * sizes[inner]) {
        return false;
      }
    }
    return true;
  }

  /** Adds the four strides of operand {@code i} to the arguments. */
  Call strides(int i, Call call) {
    int[] s = strides[i];
    return call.i32(s[0]).i32(s[1]).i32(s[2]).i32(s[3]);
  }

  /** Adds all dimensions but the first one, which the size tells. */
  Call dimensions(Call call) {
    return call.i32(sizes[1]).i32(sizes[2]).i32(sizes[3]);
  }
}
