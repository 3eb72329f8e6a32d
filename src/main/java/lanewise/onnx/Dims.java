package lanewise.onnx;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Sizes of tensors of any rank, as ONNX has them. */
final class Dims {
  private Dims() {}

  /**
   * The number of elements.
   *
   * @throws ModelFault if there are more than 2^31-1
   */
  static int size(int... dims) {
    long size = 1;
    for (int dim : dims) {
      size *= dim;
      if (size > Integer.MAX_VALUE) {
        throw new ModelFault(
            "a tensor of %s has more than the 2^31-1 elements it can have".formatted(text(dims)));
      }
    }
    return (int) size;
  }

  /** Elements of the axes from {@code from} up to, but not with, {@code to}. */
  static int size(int[] dims, int from, int to) {
    return size(Arrays.copyOfRange(dims, from, to));
  }

  /** A list of integers from a model as the sizes of a tensor. */
  static int[] of(long[] values) {
    int[] dims = sizes(values);
    size(dims);
    return dims;
  }

  /** A list of integers from a model as sizes that have nothing to do with each other. */
  static int[] sizes(long[] values) {
    int[] sizes = new int[values.length];
    for (int i = 0; i < sizes.length; i++) {
      if (values[i] < 0 || values[i] > Integer.MAX_VALUE) {
        throw new ModelFault("%d is no size of a tensor's axis".formatted(values[i]));
      }
      sizes[i] = (int) values[i];
    }
    return sizes;
  }

  /** An axis counted from the front, where a model may count from the back. */
  static int axis(long axis, int rank) {
    if (axis < -rank || axis >= rank) {
      throw new ModelFault("axis %d does not exist in a tensor of rank %d".formatted(axis, rank));
    }
    return (int) (axis < 0 ? axis + rank : axis);
  }

  /** Several axes as {@link #axis}, of which each may be named once. */
  static int[] axes(long[] axes, int rank) {
    int[] result = Arrays.stream(axes).mapToInt(axis -> axis(axis, rank)).toArray();
    if (Arrays.stream(result).distinct().count() < result.length) {
      throw new ModelFault("the axes %s name one twice".formatted(Arrays.toString(axes)));
    }
    return result;
  }

  /** The sizes to which both operands broadcast, as in NumPy. */
  static int[] broadcast(int[] a, int[] b) {
    int rank = Math.max(a.length, b.length);
    int[] left = padded(a, rank);
    int[] right = padded(b, rank);
    int[] joined = new int[rank];
    for (int i = 0; i < rank; i++) {
      if (left[i] != right[i] && left[i] != 1 && right[i] != 1) {
        throw new ModelFault("%s and %s do not broadcast".formatted(text(a), text(b)));
      }
      joined[i] = left[i] == 1 ? right[i] : left[i];
    }
    size(joined);
    return joined;
  }

  /** The same tensor with axes of size 1 in front. */
  static int[] padded(int[] dims, int rank) {
    int[] padded = new int[rank];
    Arrays.fill(padded, 1);
    System.arraycopy(dims, 0, padded, rank - dims.length, dims.length);
    return padded;
  }

  /** How far neighbours along each axis are apart in row-major order. */
  static int[] strides(int[] dims) {
    int[] strides = new int[dims.length];
    for (int i = dims.length - 1, stride = 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= dims[i];
    }
    return strides;
  }

  /** {@code 1x3x224x224}, or {@code scalar}. */
  static String text(int... dims) {
    return dims.length == 0
        ? "scalar"
        : Arrays.stream(dims).mapToObj(Integer::toString).collect(Collectors.joining("x"));
  }
}
