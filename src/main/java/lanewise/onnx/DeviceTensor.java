package lanewise.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import lanewise.autograd.Functional;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.AxisMap;
import lanewise.backend.AxisOrder;
import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/**
 * A tensor that a backend holds.
 *
 * <p>A tensor of rank 4 is N x C x H x W, stored NHWC. One of any other rank lies in memory
 * row-major, as a matrix of its first axis by all others; one of rank 1 is a single row.
 *
 * @param dims its sizes for ONNX
 */
record DeviceTensor(Variable variable, int... dims) implements Value {
  /** The rank of what is stored NHWC. */
  static final int IMAGE_RANK = 4;

  private static final int[] NHWC = {0, 2, 3, 1};

  DeviceTensor {
    if (!variable.shape().equals(shape(dims))) {
      throw new IllegalArgumentException(
          variable.shape() + " is not how a tensor of " + Dims.text(dims) + " is held");
    }
  }

  /** How a backend holds a tensor of these sizes. */
  static Shape shape(int... dims) {
    int size = Dims.size(dims);
    if (size == 0) {
      throw new ModelFault("a tensor of %s has no elements".formatted(Dims.text(dims)));
    }
    if (dims.length == IMAGE_RANK) {
      return Shape.of(dims[0], dims[1], dims[2], dims[3]);
    }
    int rows = dims.length < 2 ? 1 : dims[0];
    return Shape.matrix(rows, size / rows);
  }

  /** A tensor that is the same everywhere. */
  static DeviceTensor filled(Backend backend, float value, int... dims) {
    Tensor tensor = backend.allocate(shape(dims));
    backend.fill(tensor, value);
    return new DeviceTensor(Variable.constant(backend, tensor), dims);
  }

  int rank() {
    return dims.length;
  }

  int size() {
    return variable.shape().size();
  }

  /** The axes in the order in which they lie in memory. */
  private static int[] inMemory(int rank) {
    return rank == IMAGE_RANK ? NHWC : IntStream.range(0, rank).toArray();
  }

  private static int[] memorySizes(int[] dims) {
    return Arrays.stream(inMemory(dims.length)).map(axis -> dims[axis]).toArray();
  }

  private static int memoryPosition(int axis, int rank) {
    int[] order = inMemory(rank);
    return IntStream.range(0, rank).filter(i -> order[i] == axis).findFirst().orElseThrow();
  }

  // ---- other sizes, other orders

  /** The same elements with other sizes, in row-major order. */
  DeviceTensor reshape(int... target) {
    if (Arrays.equals(dims, target)) {
      return this;
    }
    Shape shape = shape(target);
    if (shape.size() != size()) {
      throw new ModelFault(
          "%s cannot be reshaped to %s".formatted(Dims.text(dims), Dims.text(target)));
    }
    boolean sameOrder =
        target.length == IMAGE_RANK && target[1] == variable.shape().c() && sameSamples(target)
            || isRowMajor(variable.shape()) && isRowMajor(shape);
    Variable y = sameOrder ? Ops.view(variable, shape) : fromRowMajor(rowMajor(), shape);
    return new DeviceTensor(y, target);
  }

  private boolean sameSamples(int[] target) {
    return dims.length == IMAGE_RANK && target[0] == dims[0];
  }

  /** Whether the order in memory is the row-major one whatever the sizes are. */
  private static boolean isRowMajor(Shape s) {
    return s.plane() == 1 || s.c() == 1;
  }

  /** The elements in row-major order; the shape says nothing. */
  private Variable rowMajor() {
    Shape s = variable.shape();
    return isRowMajor(s) ? variable : Ops.permute(variable, AxisOrder.toPyTorch(s), s);
  }

  private static Variable fromRowMajor(Variable x, Shape target) {
    return isRowMajor(target)
        ? Ops.view(x, target)
        : Ops.permute(x, AxisOrder.fromPyTorch(target), target);
  }

  /** {@code numpy.transpose}. */
  DeviceTensor transpose(int... axes) {
    int rank = rank();
    int[] target = Arrays.stream(axes).map(axis -> dims[axis]).toArray();
    int[] order =
        Arrays.stream(inMemory(rank)).map(axis -> memoryPosition(axes[axis], rank)).toArray();
    AxisOrder moved = AxisOrder.of(memorySizes(dims), order);
    boolean staysInPlace = moved.simplified().rank() == 1;
    Shape shape = shape(target);
    return new DeviceTensor(
        staysInPlace ? Ops.view(variable, shape) : Ops.permute(variable, moved, shape), target);
  }

  /**
   * As images of N samples and C channels: the first two axes are these, the others the pixels.
   *
   * @throws ModelFault if there are fewer than two axes
   */
  Variable image() {
    if (rank() == IMAGE_RANK) {
      return variable;
    }
    if (rank() < 2) {
      throw new ModelFault("%s has no axes of samples and channels".formatted(Dims.text(dims)));
    }
    int pixels = size() / dims[0] / dims[1];
    return reshape(dims[0], dims[1], 1, pixels).variable;
  }

  /**
   * As a matrix of all axes before {@code axis} by the others, in row-major order.
   *
   * @param axis 0 to the rank
   */
  Variable matrix(int axis) {
    int rows = Dims.size(dims, 0, axis);
    return reshape(rows, size() / rows).variable;
  }

  // ---- along one axis

  /** A view of the memory in which {@code axis} and what lies behind it are the columns. */
  private Variable columnsFrom(int axis) {
    int[] sizes = memorySizes(dims);
    int rows = Dims.size(sizes, 0, memoryPosition(axis, rank()));
    return Ops.view(variable, Shape.matrix(rows, size() / rows));
  }

  /** Elements in memory behind one of that axis. */
  private static int behind(int axis, int[] dims) {
    return Dims.size(memorySizes(dims), memoryPosition(axis, dims.length) + 1, dims.length);
  }

  /** {@code numpy.concatenate} of tensors of one rank. */
  static DeviceTensor concat(List<DeviceTensor> tensors, int axis) {
    int[] dims = tensors.getFirst().dims.clone();
    dims[axis] = 0;
    List<Variable> columns = new ArrayList<>();
    for (DeviceTensor tensor : tensors) {
      for (int i = 0; i < dims.length; i++) {
        if (tensor.rank() != dims.length || i != axis && tensor.dims[i] != dims[i]) {
          throw new ModelFault(
              "%s and %s cannot be joined along axis %d"
                  .formatted(Dims.text(tensors.getFirst().dims), Dims.text(tensor.dims), axis));
        }
      }
      dims[axis] = Math.addExact(dims[axis], tensor.dims[axis]);
      columns.add(tensor.columnsFrom(axis));
    }
    Shape shape = shape(dims);
    return new DeviceTensor(Ops.view(Ops.concat(columns), shape), dims);
  }

  /** A run of {@code count} along an axis. */
  DeviceTensor narrow(int axis, int from, int count) {
    int[] target = dims.clone();
    target[axis] = count;
    int behind = behind(axis, dims);
    Variable columns = Ops.channels(columnsFrom(axis), from * behind, count * behind);
    return new DeviceTensor(Ops.view(columns, shape(target)), target);
  }

  /** Every {@code step}-th of an axis, {@code count} of them from {@code start} on. */
  DeviceTensor slice(int axis, int start, int step, int count) {
    if (step == 1 && count > 0) {
      return narrow(axis, start, count);
    }
    if (count == 0) {
      throw new ModelFault("nothing is left of %s".formatted(Dims.text(dims)));
    }
    return along(axis, AxisMap.slice(dims[axis], start, step, count));
  }

  /** A linear map of one axis. */
  private DeviceTensor along(int axis, AxisMap map) {
    int[] target = dims.clone();
    target[axis] = map.outputs();
    int behind = behind(axis, dims);
    int before = size() / behind / dims[axis];
    Variable seen = Ops.view(variable, Shape.of(before, behind, dims[axis], 1));
    Variable y = Functional.resample(seen, map, AxisMap.identity(1));
    return new DeviceTensor(Ops.view(y, shape(target)), target);
  }

  /** A linear map of each axis; rows and columns of images are mapped at once. */
  DeviceTensor resample(AxisMap... maps) {
    DeviceTensor y = this;
    int own = rank() == IMAGE_RANK ? 2 : rank();
    for (int axis = 0; axis < own; axis++) {
      y = maps[axis].isIdentity() ? y : y.along(axis, maps[axis]);
    }
    if (own == rank()) {
      return y;
    }
    Variable image = Functional.resample(y.variable, maps[2], maps[3]);
    return new DeviceTensor(image, y.dims[0], y.dims[1], image.shape().h(), image.shape().w());
  }

  // ---- several axes at once

  /** {@code numpy.broadcast_to}. */
  DeviceTensor expand(int... target) {
    DeviceTensor x = reshape(Dims.padded(dims, target.length));
    if (target.length == IMAGE_RANK) {
      return new DeviceTensor(Ops.expand(x.variable, shape(target)), target);
    }
    for (int from = 0; from < target.length; from++) {
      int to = from;
      while (to < target.length && x.dims[to] != target[to]) {
        to++;
      }
      if (to > from) {
        x = x.expandRun(from, to, target);
      }
    }
    return x;
  }

  /** Repeats along neighbouring axes of size 1. */
  private DeviceTensor expandRun(int from, int to, int[] target) {
    int[] expanded = dims.clone();
    System.arraycopy(target, from, expanded, from, to - from);
    int before = Dims.size(dims, 0, from);
    int behind = Dims.size(dims, to, dims.length);
    Shape run = Shape.of(before, behind, Dims.size(target, from, to), 1);
    Variable y = Ops.expand(Ops.view(variable, Shape.of(before, behind, 1, 1)), run);
    return new DeviceTensor(Ops.view(y, shape(expanded)), expanded);
  }

  /** The sum over some axes, which remain with size 1. */
  DeviceTensor sum(int... over) {
    int[] target = dims.clone();
    for (int axis : over) {
      target[axis] = 1;
    }
    if (rank() == IMAGE_RANK) {
      return new DeviceTensor(Ops.sum(variable, shape(target)), target);
    }
    DeviceTensor x = this;
    for (int axis : over) {
      x = x.sumAxis(axis);
    }
    return x;
  }

  private DeviceTensor sumAxis(int axis) {
    int[] summed = dims.clone();
    summed[axis] = 1;
    int before = Dims.size(dims, 0, axis);
    int behind = Dims.size(dims, axis + 1, dims.length);
    Variable seen = Ops.view(variable, Shape.of(before, behind, dims[axis], 1));
    Variable y = Ops.sum(seen, Shape.of(before, behind, 1, 1));
    return new DeviceTensor(Ops.view(y, shape(summed)), summed);
  }

  /** An operation that broadcasts as NumPy does. */
  static DeviceTensor zip(BinaryOperator<Variable> f, DeviceTensor a, DeviceTensor b) {
    int[] target = Dims.broadcast(a.dims, b.dims);
    DeviceTensor left = a.reshape(Dims.padded(a.dims, target.length));
    DeviceTensor right = b.reshape(Dims.padded(b.dims, target.length));
    if (target.length == IMAGE_RANK) {
      return new DeviceTensor(f.apply(left.variable, right.variable), target);
    }
    MergedAxes axes = MergedAxes.of(target, left.dims, right.dims);
    if (!axes.areEnough()) {
      return zip(f, left.expand(target), right.expand(target));
    }
    Variable y =
        f.apply(
            Ops.view(left.variable, axes.shape(left.dims)),
            Ops.view(right.variable, axes.shape(right.dims)));
    return new DeviceTensor(Ops.view(y, shape(target)), target);
  }

  /** A function of one element. */
  DeviceTensor map(UnaryOperator<Variable> f) {
    return new DeviceTensor(f.apply(variable), dims);
  }
}
