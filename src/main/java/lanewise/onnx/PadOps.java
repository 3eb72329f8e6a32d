package lanewise.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import lanewise.backend.AxisMap;
import lanewise.backend.PadMode;

/** Padding along any axes, in the forms that it has had. */
final class PadOps {
  /** The opset from which on the padding is an input. */
  private static final int PADS_ARE_INPUT = 11;

  private PadOps() {}

  static Operation pad(Declaration node) {
    Attributes attributes = node.attributes();
    String word = attributes.word("mode", "constant", "reflect", "edge");
    PadMode mode =
        switch (word) {
          case "reflect" -> PadMode.REFLECT;
          case "edge" -> PadMode.EDGE;
          default -> PadMode.ZERO;
        };
    if (node.opset() < PADS_ARE_INPUT) {
      long[] pads = attributes.integers("pads");
      float value = attributes.real("value", 0);
      if (pads == null) {
        throw new ModelFault("attribute pads is missing");
      }
      return Operation.single(in -> pad(in.device(0), pads, null, mode, value));
    }
    return Operation.single(
        in ->
            pad(
                in.device(0),
                in.host(1, "the pads").integers(),
                in.has(3) ? in.host(3, "the axes").integers() : null,
                mode,
                in.has(2) ? (float) in.host(2, "the value").at(0) : 0));
  }

  private static DeviceTensor pad(
      DeviceTensor x, long[] pads, long[] givenAxes, PadMode mode, float value) {
    int[] axes =
        givenAxes == null ? IntStream.range(0, x.rank()).toArray() : Dims.axes(givenAxes, x.rank());
    if (pads.length != 2 * axes.length) {
      throw new ModelFault(
          "its pads are %s, not two for each of %d axes"
              .formatted(Arrays.toString(pads), axes.length));
    }
    int[] before = new int[x.rank()];
    int[] after = new int[x.rank()];
    for (int i = 0; i < axes.length; i++) {
      before[axes[i]] = Math.toIntExact(pads[i]);
      after[axes[i]] = Math.toIntExact(pads[i + axes.length]);
    }
    return mode == PadMode.ZERO && value != 0
        ? border(x, before, after, value)
        : map(x, before, after, mode);
  }

  /** Rows and columns of images at once, any other axis by itself. */
  private static DeviceTensor map(DeviceTensor x, int[] before, int[] after, PadMode mode) {
    int[] target = new int[x.rank()];
    Arrays.setAll(
        target, axis -> Math.addExact(x.dims()[axis], Math.addExact(before[axis], after[axis])));
    // Before there are maps of such sizes.
    Dims.size(target);
    AxisMap[] maps = new AxisMap[x.rank()];
    for (int axis = 0; axis < maps.length; axis++) {
      maps[axis] = AxisMap.pad(x.dims()[axis], before[axis], after[axis], mode);
    }
    return x.resample(maps);
  }

  /** A constant around the tensor, axis by axis. */
  private static DeviceTensor border(DeviceTensor x, int[] before, int[] after, float value) {
    int[] cutBefore = Arrays.stream(before).map(pad -> Math.min(pad, 0)).toArray();
    int[] cutAfter = Arrays.stream(after).map(pad -> Math.min(pad, 0)).toArray();
    DeviceTensor y = map(x, cutBefore, cutAfter, PadMode.ZERO);
    for (int axis = 0; axis < before.length; axis++) {
      List<DeviceTensor> parts = new ArrayList<>();
      if (before[axis] > 0) {
        parts.add(filled(y, axis, before[axis], value));
      }
      parts.add(y);
      if (after[axis] > 0) {
        parts.add(filled(y, axis, after[axis], value));
      }
      y = DeviceTensor.concat(parts, axis);
    }
    return y;
  }

  /** Like x, but of another size along one axis, and the same everywhere. */
  private static DeviceTensor filled(DeviceTensor x, int axis, int count, float value) {
    int[] dims = x.dims().clone();
    dims[axis] = count;
    return DeviceTensor.filled(x.variable().backend(), value, dims);
  }
}
