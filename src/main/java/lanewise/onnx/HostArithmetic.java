package lanewise.onnx;

import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;
import lanewise.onnx.HostTensor.Kind;

/** NumPy's operations on tensors in the JVM's memory, as the arithmetic of shapes needs them. */
final class HostArithmetic {
  /** Far more than shapes have; what a network computes belongs on a backend. */
  private static final int LARGEST = 1 << 26;

  private HostArithmetic() {}

  /**
   * Checks a size before memory is taken.
   *
   * @return the number of elements
   */
  static int sizeOf(int[] dims) {
    int size = Dims.size(dims);
    if (size > LARGEST) {
      throw new ModelFault(
          "a constant of %s is larger than the %d elements that are supported"
              .formatted(Dims.text(dims), LARGEST));
    }
    return size;
  }

  /** The indices of elements of {@code dims} that stand where those of {@code target} are. */
  static int[] broadcastIndices(int[] dims, int[] target) {
    int[] padded = Dims.padded(dims, target.length);
    int[] strides = Dims.strides(padded);
    for (int i = 0; i < strides.length; i++) {
      strides[i] = padded[i] == 1 ? 0 : strides[i];
    }
    return indices(target, 0, strides);
  }

  /**
   * The indices of elements that are some strides apart.
   *
   * @param dims of the result
   * @param start the index of the first one
   */
  static int[] indices(int[] dims, int start, int[] strides) {
    int[] indices = new int[sizeOf(dims)];
    int[] position = new int[dims.length];
    int at = start;
    for (int i = 0; i < indices.length; i++) {
      indices[i] = at;
      for (int axis = dims.length - 1; axis >= 0; axis--) {
        at += strides[axis];
        if (++position[axis] < dims[axis]) {
          break;
        }
        at -= strides[axis] * dims[axis];
        position[axis] = 0;
      }
    }
    return indices;
  }

  /** {@code numpy.broadcast_to}. */
  static HostTensor expand(HostTensor x, int... target) {
    return x.pick(broadcastIndices(x.dims(), target), target);
  }

  /** A function of two numbers, for each kind that they may have. */
  static HostTensor zip(DoubleBinaryOperator f, LongBinaryOperator g, HostTensor a, HostTensor b) {
    int[] dims = Dims.broadcast(a.dims(), b.dims());
    int[] left = broadcastIndices(a.dims(), dims);
    int[] right = broadcastIndices(b.dims(), dims);
    if (a.kind() != Kind.FLOAT && b.kind() != Kind.FLOAT) {
      long[] integers = new long[left.length];
      for (int i = 0; i < integers.length; i++) {
        integers[i] = g.applyAsLong(a.integers()[left[i]], b.integers()[right[i]]);
      }
      return HostTensor.of(integers, dims);
    }
    float[] floats = new float[left.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) f.applyAsDouble(a.at(left[i]), b.at(right[i]));
    }
    return HostTensor.of(floats, dims);
  }

  /** Whether something holds of two numbers. */
  interface Relation {
    boolean holds(double a, double b);
  }

  /** A relation element by element. */
  static HostTensor compare(Relation relation, HostTensor a, HostTensor b) {
    int[] dims = Dims.broadcast(a.dims(), b.dims());
    int[] left = broadcastIndices(a.dims(), dims);
    int[] right = broadcastIndices(b.dims(), dims);
    long[] truth = new long[left.length];
    for (int i = 0; i < truth.length; i++) {
      truth[i] = relation.holds(a.at(left[i]), b.at(right[i])) ? 1 : 0;
    }
    return HostTensor.ofBooleans(truth, dims);
  }

  /** {@code numpy.where}. */
  static HostTensor where(HostTensor condition, HostTensor a, HostTensor b) {
    int[] dims = Dims.broadcast(condition.dims(), Dims.broadcast(a.dims(), b.dims()));
    HostTensor chosen = expand(condition, dims);
    HostTensor both = concat(new HostTensor[] {flat(expand(a, dims)), flat(expand(b, dims))}, 0);
    int[] indices = new int[chosen.size()];
    for (int i = 0; i < indices.length; i++) {
      indices[i] = chosen.at(i) != 0 ? i : i + indices.length;
    }
    return both.pick(indices, dims);
  }

  private static HostTensor flat(HostTensor x) {
    return x.reshape(x.size());
  }

  /** {@code numpy.concatenate}. */
  static HostTensor concat(HostTensor[] tensors, int axis) {
    int[] dims = tensors[0].dims();
    int along = 0;
    for (HostTensor tensor : tensors) {
      int[] others = tensor.dims();
      along += others.length == dims.length ? others[axis] : 0;
      if (others.length == dims.length) {
        others[axis] = dims[axis];
      }
      if (!Arrays.equals(others, dims) || tensor.kind() != tensors[0].kind()) {
        throw new ModelFault("%s and %s cannot be joined".formatted(tensors[0], tensor));
      }
    }
    dims[axis] = along;
    boolean isFloat = tensors[0].kind() == Kind.FLOAT;
    int size = sizeOf(dims);
    float[] floats = isFloat ? new float[size] : null;
    long[] integers = isFloat ? null : new long[size];
    int before = Dims.size(dims, 0, axis);
    int at = 0;
    for (int i = 0; i < before; i++) {
      for (HostTensor tensor : tensors) {
        int run = tensor.size() / Math.max(1, before);
        Object from = isFloat ? tensor.floats() : tensor.integers();
        System.arraycopy(from, i * run, isFloat ? floats : integers, at, run);
        at += run;
      }
    }
    return isFloat ? HostTensor.of(floats, dims) : HostTensor.of(integers, dims);
  }

  /** {@code numpy.transpose}. */
  static HostTensor transpose(HostTensor x, int... axes) {
    int[] dims = x.dims();
    int[] strides = Dims.strides(dims);
    int[] target = Arrays.stream(axes).map(axis -> dims[axis]).toArray();
    int[] steps = Arrays.stream(axes).map(axis -> strides[axis]).toArray();
    return x.pick(indices(target, 0, steps), target);
  }

  /** Every {@code step}-th of an axis, {@code count} of them from {@code start} on. */
  static HostTensor slice(HostTensor x, int axis, int start, int step, int count) {
    int[] dims = x.dims();
    int[] strides = Dims.strides(dims);
    int first = start * strides[axis];
    strides[axis] *= step;
    dims[axis] = count;
    return x.pick(indices(dims, count == 0 ? 0 : first, strides), dims);
  }
}
