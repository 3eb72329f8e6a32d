package lanewise.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Parts of tensors, and tensors put together. */
final class PartOps {
  private PartOps() {}

  static Operation concat(Declaration node) {
    long declaredAxis = node.attributes().integer("axis", Long.MAX_VALUE);
    return Operation.single(
        in -> {
          int axis = Dims.axis(declaredAxis, in.rank(0));
          if (in.areHost()) {
            return HostArithmetic.concat(
                IntStream.range(0, in.count()).mapToObj(in::host).toArray(HostTensor[]::new), axis);
          }
          return DeviceTensor.concat(
              IntStream.range(0, in.count()).mapToObj(in::device).toList(), axis);
        });
  }

  static Operation split(Declaration node) {
    Attributes attributes = node.attributes();
    long declaredAxis = attributes.integer("axis", 0);
    long[] declared = node.opset() < 13 ? attributes.integers("split") : null;
    if (node.opset() >= 18) {
      attributes.integer(
          "num_outputs", node.outputs().size(), node.outputs().size(), node.outputs().size());
    }
    int parts = node.outputs().size();
    return in -> {
      int axis = Dims.axis(declaredAxis, in.rank(0));
      int size = in.dims(0)[axis];
      int[] counts;
      if (declared != null || in.has(1)) {
        counts = Dims.sizes(declared != null ? declared : in.host(1, "the parts").integers());
      } else {
        // The last part is smaller where they are not even.
        int largest = Math.ceilDiv(size, parts);
        counts =
            IntStream.range(0, parts)
                .map(i -> Math.clamp(size - (long) i * largest, 0, largest))
                .toArray();
      }
      if (counts.length != parts || Arrays.stream(counts).asLongStream().sum() != size) {
        throw new ModelFault(
            "an axis of %d does not split into %d parts of %s"
                .formatted(size, parts, Arrays.toString(counts)));
      }
      List<Value> results = new ArrayList<>();
      int from = 0;
      for (int count : counts) {
        results.add(slice(in.get(0), axis, from, 1, count));
        from += count;
      }
      return results;
    };
  }

  static Operation slice(Declaration node) {
    if (node.opset() < 10) {
      long[] starts = node.attributes().integers("starts");
      long[] ends = node.attributes().integers("ends");
      long[] axes = node.attributes().integers("axes");
      return Operation.single(in -> slice(in.get(0), starts, ends, axes, null));
    }
    return Operation.single(
        in ->
            slice(
                in.get(0),
                in.host(1, "the starts").integers(),
                in.host(2, "the ends").integers(),
                in.has(3) ? in.host(3, "the axes").integers() : null,
                in.has(4) ? in.host(4, "the steps").integers() : null));
  }

  private static Value slice(
      Value x, long[] starts, long[] ends, long[] givenAxes, long[] givenSteps) {
    int count = starts == null ? -1 : starts.length;
    boolean fits =
        ends != null
            && ends.length == count
            && (givenAxes == null || givenAxes.length == count)
            && (givenSteps == null || givenSteps.length == count);
    if (!fits) {
      throw new ModelFault("its starts, ends, axes and steps are not of one number");
    }
    int rank = x.dims().length;
    int[] axes =
        givenAxes == null ? IntStream.range(0, count).toArray() : Dims.axes(givenAxes, rank);
    Value y = x;
    for (int i = 0; i < count; i++) {
      long step = givenSteps == null ? 1 : givenSteps[i];
      if (step == 0 || Math.abs(step) > Integer.MAX_VALUE) {
        throw new ModelFault("%d is no step".formatted(step));
      }
      int size = x.dims()[Dims.axis(axes[i], rank)];
      long low = step > 0 ? 0 : -1;
      long high = step > 0 ? size : size - 1;
      long start =
          Math.clamp(
              starts[i] < 0 ? starts[i] + size : starts[i], Math.max(low, 0), Math.max(high, 0));
      long end = Math.clamp(ends[i] < 0 ? ends[i] + size : ends[i], low, high);
      long length = Math.max(0, Math.ceilDiv(end - start, step));
      y = slice(y, axes[i], (int) start, (int) step, (int) length);
    }
    return y;
  }

  private static Value slice(Value x, int axis, int start, int step, int count) {
    return switch (x) {
      case HostTensor host -> HostArithmetic.slice(host, axis, start, step, count);
      case DeviceTensor device -> device.slice(axis, start, step, count);
    };
  }

  /** Of what a backend computed, each index is a copy of its own. */
  static Operation gather(Declaration node) {
    long declaredAxis = node.attributes().integer("axis", 0);
    return Operation.single(
        in -> {
          int[] dims = in.dims(0);
          int axis = Dims.axis(declaredAxis, dims.length);
          HostTensor indices = in.host(1, "the indices");
          int[] target = gathered(dims, axis, indices.dims());
          List<Value> picked = new ArrayList<>();
          for (long index : indices.integers()) {
            long from = index < 0 ? index + dims[axis] : index;
            if (from < 0 || from >= dims[axis]) {
              throw new ModelFault("index %d is not in an axis of %d".formatted(index, dims[axis]));
            }
            picked.add(slice(in.get(0), axis, (int) from, 1, 1));
          }
          if (in.get(0) instanceof HostTensor host) {
            return picked.isEmpty()
                ? slice(host, axis, 0, 1, 0)
                : HostArithmetic.concat(picked.toArray(HostTensor[]::new), axis).reshape(target);
          }
          if (picked.isEmpty()) {
            throw new ModelFault("it has no indices");
          }
          return DeviceTensor.concat(
                  picked.stream().map(part -> (DeviceTensor) part).toList(), axis)
              .reshape(target);
        });
  }

  /** The axis is replaced by those of the indices. */
  private static int[] gathered(int[] dims, int axis, int[] indices) {
    return IntStream.concat(
            IntStream.concat(Arrays.stream(dims, 0, axis), Arrays.stream(indices)),
            Arrays.stream(dims, axis + 1, dims.length))
        .toArray();
  }
}
