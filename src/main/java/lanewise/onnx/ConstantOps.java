package lanewise.onnx;

import java.util.Arrays;
import lanewise.onnx.HostTensor.Kind;

/** Constants, and values that pass as they are or under another type. */
final class ConstantOps {
  private ConstantOps() {}

  static Operation constant(Declaration node) {
    Attributes attributes = node.attributes();
    HostTensor value = attributes.tensor("value");
    float[] reals = attributes.reals("value_floats");
    long[] integers = attributes.integers("value_ints");
    HostTensor constant;
    if (value != null) {
      constant = value;
    } else if (reals != null) {
      constant = HostTensor.of(reals, reals.length);
    } else if (integers != null) {
      constant = HostTensor.vector(integers);
    } else if (attributes.has("value_float")) {
      constant = HostTensor.of(new float[] {attributes.real("value_float", 0)});
    } else if (attributes.has("value_int")) {
      constant = HostTensor.of(new long[] {attributes.integer("value_int", 0)});
    } else {
      throw new ModelFault(
          "it has none of the attributes value, value_float, value_floats, value_int, value_ints");
    }
    return Operation.single(_ -> constant);
  }

  static Operation constantOfShape(Declaration node) {
    HostTensor given = node.attributes().tensor("value");
    HostTensor value = given == null ? HostTensor.of(new float[1], 1) : given;
    if (value.size() != 1) {
      throw new ModelFault("attribute value is %s, not one number".formatted(value));
    }
    return Operation.single(
        in -> HostArithmetic.expand(value.reshape(), Dims.of(in.host(0, "a shape").integers())));
  }

  static Operation range(Declaration node) {
    return Operation.single(
        in -> {
          HostTensor start = in.host(0, "the start");
          double first = start.at(0);
          double step = in.host(2, "the step").at(0);
          double count = Math.ceil((in.host(1, "the end").at(0) - first) / step);
          if (Double.isNaN(count) || count > Integer.MAX_VALUE) {
            throw new ModelFault("its range has no end that can be reached");
          }
          int size = HostArithmetic.sizeOf(new int[] {(int) Math.max(0, count)});
          float[] floats = new float[size];
          long[] integers = new long[size];
          for (int i = 0; i < size; i++) {
            floats[i] = (float) (first + i * step);
            integers[i] = (long) first + i * (long) step;
          }
          return start.kind() == Kind.FLOAT
              ? HostTensor.of(floats, size)
              : HostTensor.of(integers, size);
        });
  }

  static Operation identity(Declaration node) {
    return Operation.single(in -> in.get(0));
  }

  /** As it is in inference. */
  static Operation dropout(Declaration node) {
    node.attributes().ignore("ratio");
    node.attributes().ignore("seed");
    if (node.hasMoreOutputs()) {
      throw new ModelFault("its mask is not supported");
    }
    return Operation.single(
        in -> {
          if (in.has(2) && in.host(2, "training_mode").at(0) != 0) {
            throw new ModelFault("its training_mode is on, which is not supported");
          }
          return in.get(0);
        });
  }

  static Operation cast(Declaration node) {
    ElementFormat to = ElementFormat.of(node.attributes().integer("to", 0, 0, Integer.MAX_VALUE));
    node.attributes().ignore("saturate");
    return Operation.single(
        in ->
            switch (in.get(0)) {
              case HostTensor host -> cast(host, to);
              case DeviceTensor device -> {
                if (to.kind != Kind.FLOAT) {
                  throw new ModelFault(
                      "what a network computes cannot be cast to %s, only to types with fractions"
                          .formatted(to));
                }
                yield device;
              }
            });
  }

  private static HostTensor cast(HostTensor x, ElementFormat to) {
    return switch (to.kind) {
      case FLOAT -> HostTensor.of(x.floats(), x.dims());
      case BOOLEAN -> {
        long[] truth = new long[x.size()];
        Arrays.setAll(truth, i -> x.at(i) == 0 ? 0 : 1);
        yield HostTensor.ofBooleans(truth, x.dims());
      }
      case INTEGER -> {
        long[] integers = x.integers().clone();
        Arrays.setAll(integers, i -> to.wrap(integers[i]));
        yield HostTensor.of(integers, x.dims());
      }
    };
  }
}
