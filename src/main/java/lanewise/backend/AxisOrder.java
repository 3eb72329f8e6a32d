package lanewise.backend;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Another order of elements that lie in memory as an array of some axes, the last one contiguous:
 * {@code array.reshape(sizes).transpose(axes)} in NumPy.
 */
public final class AxisOrder {
  /** The most axes that engines have loops for. */
  public static final int MOST_AXES = 6;

  private final int[] sizes;
  private final int[] axes;

  private AxisOrder(int[] sizes, int[] axes) {
    this.sizes = sizes;
    this.axes = axes;
  }

  /**
   * An order.
   *
   * @param sizes of the axes as they lie in memory
   * @param axes which of them comes first, second, ... in the result
   * @throws IllegalArgumentException if {@code axes} is not a permutation of at most 6 axes
   */
  public static AxisOrder of(int[] sizes, int... axes) {
    int[] sorted = axes.clone();
    Arrays.sort(sorted);
    boolean isPermutation = Arrays.equals(sorted, IntStream.range(0, sizes.length).toArray());
    boolean isPositive = Arrays.stream(sizes).allMatch(size -> size > 0);
    if (!isPermutation || !isPositive || sizes.length < 1 || sizes.length > MOST_AXES) {
      throw new IllegalArgumentException(
          "permute: %s is no order of the 1 to %d axes of %s"
              .formatted(Arrays.toString(axes), MOST_AXES, Arrays.toString(sizes)));
    }
    return new AxisOrder(sizes.clone(), axes.clone());
  }

  /** From the order in which a tensor is stored to PyTorch's: NCHW, filters OIHW. */
  public static AxisOrder toPyTorch(Shape s) {
    return switch (s.layout()) {
      case NHWC -> of(new int[] {s.n(), s.plane(), s.c()}, 0, 2, 1);
      case HWIO -> of(new int[] {s.plane(), s.c(), s.n()}, 2, 1, 0);
    };
  }

  /** From PyTorch's order to the one in which a tensor of that shape is stored. */
  public static AxisOrder fromPyTorch(Shape s) {
    return toPyTorch(s).inverse();
  }

  /** The order that undoes this one. */
  public AxisOrder inverse() {
    int[] inverse = new int[axes.length];
    for (int i = 0; i < axes.length; i++) {
      inverse[axes[i]] = i;
    }
    return new AxisOrder(resultSizes(), inverse);
  }

  /**
   * The same with as few axes as possible: without those of size 1, and with those as one that stay
   * neighbours. A single axis is left if nothing moves.
   */
  public AxisOrder simplified() {
    int[] firsts = new int[axes.length];
    int[] merged = new int[axes.length];
    int count = 0;
    int last = -1;
    for (int axis : axes) {
      if (sizes[axis] == 1) {
        continue;
      }
      if (count > 0 && follows(last, axis)) {
        merged[count - 1] *= sizes[axis];
      } else {
        firsts[count] = axis;
        merged[count++] = sizes[axis];
      }
      last = axis;
    }
    if (count == 0) {
      return new AxisOrder(new int[] {1}, new int[] {0});
    }
    int[] kept = Arrays.copyOf(firsts, count);
    int[] order = new int[count];
    int[] inMemory = new int[count];
    for (int i = 0; i < count; i++) {
      int first = kept[i];
      order[i] = (int) Arrays.stream(kept).filter(other -> other < first).count();
      inMemory[order[i]] = merged[i];
    }
    return new AxisOrder(inMemory, order);
  }

  /** Whether {@code axis} comes directly after {@code last} in memory, but for axes of size 1. */
  private boolean follows(int last, int axis) {
    for (int i = last + 1; i < axis; i++) {
      if (sizes[i] != 1) {
        return false;
      }
    }
    return axis > last;
  }

  public int rank() {
    return sizes.length;
  }

  /** Elements of the array. */
  public int size() {
    return Arrays.stream(sizes).reduce(1, Math::multiplyExact);
  }

  /** Of the axes as they lie in memory. */
  public int[] sizes() {
    return sizes.clone();
  }

  /** Which axis of the memory comes first, second, ... in the result. */
  public int[] axes() {
    return axes.clone();
  }

  /** Of the result's axes. */
  public int[] resultSizes() {
    return Arrays.stream(axes).map(axis -> sizes[axis]).toArray();
  }

  /** How far neighbours along each of the result's axes are apart in the given memory. */
  public int[] resultStrides() {
    int[] strides = new int[sizes.length];
    for (int i = sizes.length - 1, stride = 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= sizes[i];
    }
    return Arrays.stream(axes).map(axis -> strides[axis]).toArray();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AxisOrder order
        && Arrays.equals(sizes, order.sizes)
        && Arrays.equals(axes, order.axes);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(sizes) + Arrays.hashCode(axes);
  }

  @Override
  public String toString() {
    return Arrays.toString(axes) + " of " + Arrays.toString(sizes);
  }
}
