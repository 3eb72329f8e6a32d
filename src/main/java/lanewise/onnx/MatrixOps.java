package lanewise.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import lanewise.autograd.Ops;
import lanewise.autograd.Softmax;
import lanewise.autograd.Variable;

/** Products of matrices, and softmax over their rows. */
final class MatrixOps {
  private MatrixOps() {}

  static Operation gemm(Declaration node) {
    Attributes attributes = node.attributes();
    float alpha = attributes.real("alpha", 1);
    float beta = attributes.real("beta", 1);
    boolean transposeA = attributes.flag("transA", false);
    boolean transposeB = attributes.flag("transB", false);
    return Operation.single(
        in -> {
          DeviceTensor a = matrix(in, 0);
          DeviceTensor b = matrix(in, 1);
          int inner = a.dims()[transposeA ? 0 : 1];
          if (inner != b.dims()[transposeB ? 1 : 0]) {
            throw new ModelFault(
                "%s and %s are no factors%s%s"
                    .formatted(
                        Dims.text(a.dims()),
                        Dims.text(b.dims()),
                        transposeA ? ", the first transposed" : "",
                        transposeB ? ", the second transposed" : ""));
          }
          Variable product = Ops.matmul(a.variable(), transposeA, b.variable(), transposeB);
          DeviceTensor y =
              new DeviceTensor(
                  alpha == 1 ? product : Ops.affine(product, alpha, 0),
                  product.shape().n(),
                  product.shape().c());
          if (!in.has(2)) {
            return y;
          }
          DeviceTensor c = in.device(2);
          return DeviceTensor.zip(Ops::add, y, beta == 1 ? c : c.map(x -> Ops.affine(x, beta, 0)));
        });
  }

  private static DeviceTensor matrix(Operands in, int i) {
    DeviceTensor x = in.device(i);
    if (x.rank() != 2) {
      throw new ModelFault("input %d is %s, not a matrix".formatted(i, Dims.text(x.dims())));
    }
    return x;
  }

  static Operation matMul(Declaration node) {
    return Operation.single(in -> matMul(in.device(0), in.device(1)));
  }

  /** {@code numpy.matmul}. */
  private static DeviceTensor matMul(DeviceTensor a, DeviceTensor b) {
    if (a.rank() == 0 || b.rank() == 0) {
      throw new ModelFault("a scalar is no factor of a product of matrices");
    }
    if (a.rank() == 1 || b.rank() == 1) {
      DeviceTensor left = a.rank() == 1 ? a.reshape(1, a.size()) : a;
      DeviceTensor right = b.rank() == 1 ? b.reshape(b.size(), 1) : b;
      DeviceTensor y = matMul(left, right);
      int[] batch = Arrays.copyOf(y.dims(), y.rank() - 2);
      IntStream rows = a.rank() == 1 ? IntStream.of() : IntStream.of(y.dims()[y.rank() - 2]);
      IntStream columns = b.rank() == 1 ? IntStream.of() : IntStream.of(y.dims()[y.rank() - 1]);
      return y.reshape(
          IntStream.concat(Arrays.stream(batch), IntStream.concat(rows, columns)).toArray());
    }
    int inner = a.dims()[a.rank() - 1];
    int columns = b.dims()[b.rank() - 1];
    if (inner != b.dims()[b.rank() - 2]) {
      throw new ModelFault(
          "%s and %s are no factors".formatted(Dims.text(a.dims()), Dims.text(b.dims())));
    }
    if (b.rank() == 2) {
      int[] target = a.dims().clone();
      target[target.length - 1] = columns;
      Variable y = Ops.matmul(a.matrix(a.rank() - 1), false, b.variable(), false);
      return new DeviceTensor(y, y.shape().n(), columns).reshape(target);
    }
    return batched(a, b, inner, columns);
  }

  /** One product for each matrix of a stack. */
  private static DeviceTensor batched(DeviceTensor a, DeviceTensor b, int inner, int columns) {
    int rows = a.dims()[a.rank() - 2];
    int[] batch =
        Dims.broadcast(
            Arrays.copyOf(a.dims(), a.rank() - 2), Arrays.copyOf(b.dims(), b.rank() - 2));
    int count = Dims.size(batch);
    DeviceTensor left = a.expand(with(batch, rows, inner)).reshape(count, rows * inner);
    DeviceTensor right = b.expand(with(batch, inner, columns)).reshape(count, inner * columns);
    List<DeviceTensor> products = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Variable product =
          Ops.matmul(
              left.narrow(0, i, 1).reshape(rows, inner).variable(),
              false,
              right.narrow(0, i, 1).reshape(inner, columns).variable(),
              false);
      products.add(new DeviceTensor(product, rows, columns));
    }
    return DeviceTensor.concat(products, 0).reshape(with(batch, rows, columns));
  }

  private static int[] with(int[] batch, int rows, int columns) {
    int[] dims = Arrays.copyOf(batch, batch.length + 2);
    dims[batch.length] = rows;
    dims[batch.length + 1] = columns;
    return dims;
  }

  static Operation softmax(Declaration node) {
    return softmax(node, rows -> Ops.exp(Softmax.logSoftmax(rows)));
  }

  static Operation logSoftmax(Declaration node) {
    return softmax(node, Softmax::logSoftmax);
  }

  private interface OfRows {
    Variable of(Variable rows);
  }

  private static Operation softmax(Declaration node, OfRows f) {
    // Up to opset 12 it went over all axes from the given one on.
    boolean overOne = node.opset() >= 13;
    long declaredAxis = node.attributes().integer("axis", overOne ? -1 : 1);
    return Operation.single(
        in -> {
          DeviceTensor x = in.device(0);
          int axis = Dims.axis(declaredAxis, x.rank());
          int last = x.rank() - 1;
          if (!overOne || axis == last) {
            Variable y = f.of(x.matrix(axis));
            return new DeviceTensor(y, y.shape().n(), y.shape().c()).reshape(x.dims());
          }
          int[] swapped = swapped(x.rank(), axis);
          DeviceTensor rows = x.transpose(swapped);
          Variable y = f.of(rows.matrix(last));
          return new DeviceTensor(y, y.shape().n(), y.shape().c())
              .reshape(rows.dims())
              .transpose(swapped);
        });
  }

  /** The order in which an axis and the last one change places. */
  private static int[] swapped(int rank, int axis) {
    int[] order = new int[rank];
    Arrays.setAll(order, i -> i);
    order[axis] = rank - 1;
    order[rank - 1] = axis;
    return order;
  }
}
