package lanewise.backend.simd;

import lanewise.backend.Shape;

/**
 * The dimensions of a tensor in the order of storage, slowest first, as operands of a smaller shape
 * see them: an operand repeats along its dimensions of 1.
 *
 * <p>Neighbouring dimensions along which every operand does the same are merged: equal shapes make
 * one long axis, and a per-channel vector repeats along one axis and follows the other.
 */
final class Axes {
  private static final int DIMENSIONS = 4;

  private final int[] sizes = new int[DIMENSIONS];

  /** Which operands repeat along an axis, a bit for each. */
  private final int[] repeated = new int[DIMENSIONS];

  private int count;

  private Axes() {}

  static Axes of(Shape target, Shape... operands) {
    Axes axes = new Axes();
    for (int i = 0; i < DIMENSIONS; i++) {
      int bits = 0;
      for (int k = 0; k < operands.length; k++) {
        bits |= dimension(operands[k], i) == 1 ? 1 << k : 0;
      }
      axes.append(dimension(target, i), bits);
    }
    if (axes.count == 0) {
      axes.sizes[axes.count++] = 1;
    }
    return axes;
  }

  private static int dimension(Shape s, int i) {
    return switch (s.layout()) {
      case NHWC -> i == 0 ? s.n() : i == 1 ? s.h() : i == 2 ? s.w() : s.c();
      case HWIO -> i == 0 ? s.h() : i == 1 ? s.w() : i == 2 ? s.c() : s.n();
    };
  }

  private void append(int size, int bits) {
    if (size == 1) {
      return;
    }
    if (count > 0 && repeated[count - 1] == bits) {
      sizes[count - 1] *= size;
    } else {
      sizes[count] = size;
      repeated[count++] = bits;
    }
  }

  int count() {
    return count;
  }

  int size(int axis) {
    return sizes[axis];
  }

  /** The product of the sizes of a range of axes. */
  int product(int from, int to) {
    int product = 1;
    for (int i = from; i < to; i++) {
      product *= sizes[i];
    }
    return product;
  }

  boolean repeats(int operand, int axis) {
    return (repeated[axis] >> operand & 1) != 0;
  }

  /** Whether an operand repeats along no axis from {@code axis} on. */
  boolean isContiguous(int operand, int axis) {
    for (int i = axis; i < count; i++) {
      if (repeats(operand, i)) {
        return false;
      }
    }
    return true;
  }

  /** The operand's elements from one step along an axis to the next; 0 where it repeats. */
  int stride(int operand, int axis) {
    if (repeats(operand, axis)) {
      return 0;
    }
    int stride = 1;
    for (int i = axis + 1; i < count; i++) {
      stride *= repeats(operand, i) ? 1 : sizes[i];
    }
    return stride;
  }

  /** The operand's element at {@code index}, which counts along the axes before {@code axis}. */
  int origin(int operand, int axis, int index) {
    int origin = 0;
    for (int i = axis - 1, rest = index; i >= 0; i--) {
      origin += rest % sizes[i] * stride(operand, i);
      rest /= sizes[i];
    }
    return origin;
  }
}
