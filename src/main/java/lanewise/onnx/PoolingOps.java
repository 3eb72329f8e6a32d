package lanewise.onnx;

import lanewise.autograd.Functional;
import lanewise.autograd.Variable;
import lanewise.backend.PoolSpec;
import lanewise.backend.Shape;

/** Poolings of two dimensions. */
final class PoolingOps {
  private PoolingOps() {}

  private static PoolSpec spec(Windows windows, boolean ceil, Shape x) {
    int[] kernel = windows.kernel();
    return new PoolSpec(
        side(windows.rows(kernel[0]), ceil, x.h()), side(windows.columns(kernel[1]), ceil, x.w()));
  }

  private static PoolSpec.Side side(Windows.Side side, boolean ceil, int size) {
    Windows.Padding padding = side.padding(size);
    return new PoolSpec.Side(side.kernel(), side.stride(), padding.before(), padding.after(), ceil);
  }

  private static Windows windows(Declaration node) {
    Windows windows = Windows.of(node, null);
    windows.kernel();
    if (windows.isDilated()) {
      throw new ModelFault("a pooling with dilations is not supported");
    }
    return windows;
  }

  static Operation max(Declaration node) {
    Windows windows = windows(node);
    boolean ceil = node.attributes().flag("ceil_mode", false);
    node.attributes().ignore("storage_order");
    if (node.hasMoreOutputs()) {
      throw new ModelFault("its second output, the indices, is not supported");
    }
    return Operation.single(
        in -> {
          Variable x = in.image(0);
          return Operands.image(Functional.maxPool(x, spec(windows, ceil, x.shape())));
        });
  }

  static Operation average(Declaration node) {
    Windows windows = windows(node);
    boolean ceil = node.attributes().flag("ceil_mode", false);
    boolean countPadding = node.attributes().flag("count_include_pad", false);
    return Operation.single(
        in -> {
          Variable x = in.image(0);
          PoolSpec spec = spec(windows, ceil, x.shape());
          return Operands.image(Functional.averagePool(x, spec, countPadding));
        });
  }

  static Operation globalMax(Declaration node) {
    return Operation.single(
        in -> {
          Variable x = in.image(0);
          Shape s = x.shape();
          PoolSpec.Side rows = new PoolSpec.Side(s.h(), s.h(), 0, 0, false);
          PoolSpec.Side columns = new PoolSpec.Side(s.w(), s.w(), 0, 0, false);
          return Operands.image(Functional.maxPool(x, new PoolSpec(rows, columns)));
        });
  }
}
