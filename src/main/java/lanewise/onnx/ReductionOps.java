package lanewise.onnx;

import java.util.Arrays;
import java.util.stream.IntStream;
import lanewise.autograd.Ops;

/** Sums and means over axes. */
final class ReductionOps {
  private ReductionOps() {}

  static Operation mean(Declaration node) {
    return reduction(node, 18, ReductionOps::mean);
  }

  static Operation sum(Declaration node) {
    return reduction(node, 13, DeviceTensor::sum);
  }

  private interface Reduction {
    DeviceTensor of(DeviceTensor x, int[] axes);
  }

  /**
   * A reduction.
   *
   * @param axesAreInput the opset from which on the axes are no attribute but an input
   */
  private static Operation reduction(Declaration node, int axesAreInput, Reduction f) {
    Attributes attributes = node.attributes();
    boolean keeps = attributes.flag("keepdims", true);
    boolean fromInput = node.opset() >= axesAreInput;
    long[] declared = fromInput ? null : attributes.integers("axes");
    boolean noneMeansNone = fromInput && attributes.flag("noop_with_empty_axes", false);
    return Operation.single(
        in -> {
          DeviceTensor x = in.device(0);
          long[] given = fromInput && in.has(1) ? in.host(1, "axes").integers() : declared;
          boolean isEmpty = given == null || given.length == 0;
          if (isEmpty && noneMeansNone) {
            return x;
          }
          int[] axes =
              isEmpty ? IntStream.range(0, x.rank()).toArray() : Dims.axes(given, x.rank());
          DeviceTensor y = f.of(x, axes);
          return keeps ? y : y.reshape(without(x.dims(), axes));
        });
  }

  private static int[] without(int[] dims, int[] axes) {
    return IntStream.range(0, dims.length)
        .filter(axis -> Arrays.stream(axes).noneMatch(gone -> gone == axis))
        .map(axis -> dims[axis])
        .toArray();
  }

  private static DeviceTensor mean(DeviceTensor x, int... axes) {
    DeviceTensor sum = x.sum(axes);
    float share = (float) sum.size() / x.size();
    return sum.map(all -> Ops.affine(all, share, 0));
  }

  /** {@code GlobalAveragePool}: the mean over all pixels. */
  static Operation globalAverage(Declaration node) {
    return Operation.single(
        in -> {
          DeviceTensor x = in.device(0);
          if (x.rank() <= 2) {
            throw new ModelFault("%s has no pixels".formatted(Dims.text(x.dims())));
          }
          return mean(x, IntStream.range(2, x.rank()).toArray());
        });
  }
}
