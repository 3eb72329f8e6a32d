package lanewise.onnx;

import java.util.Arrays;
import java.util.stream.IntStream;
import lanewise.autograd.Ops;
import lanewise.backend.AxisOrder;
import lanewise.backend.Shape;

/** The same elements with other sizes or in another order. */
final class ShapeOps {
  /** The opset from which on the axes to squeeze are an input. */
  private static final int AXES_ARE_INPUT = 13;

  private ShapeOps() {}

  static Operation shape(Declaration node) {
    long start = node.attributes().integer("start", 0);
    long end = node.attributes().integer("end", Long.MAX_VALUE);
    return Operation.single(
        in -> {
          int[] dims = in.dims(0);
          int from = within(start, dims.length);
          int to = Math.max(from, within(end, dims.length));
          return HostTensor.vector(
              Arrays.stream(dims, from, to).mapToLong(Long::valueOf).toArray());
        });
  }

  private static int within(long axis, int rank) {
    return (int) Math.clamp(axis < 0 ? axis + rank : axis, 0L, rank);
  }

  static Operation size(Declaration node) {
    return Operation.single(in -> HostTensor.of(new long[] {Dims.size(in.dims(0))}));
  }

  static Operation reshape(Declaration node) {
    boolean zeroIsZero = node.attributes().flag("allowzero", false);
    return Operation.single(
        in ->
            reshaped(
                in.get(0), resolve(in.dims(0), in.host(1, "the shape").integers(), zeroIsZero)));
  }

  /** Sizes with 0 for one that stays, and -1 for the one that is left. */
  private static int[] resolve(int[] dims, long[] wanted, boolean zeroIsZero) {
    long[] sizes = wanted.clone();
    int open = -1;
    long known = 1;
    for (int i = 0; i < sizes.length; i++) {
      if (sizes[i] == 0 && !zeroIsZero && i < dims.length) {
        sizes[i] = dims[i];
      }
      if (sizes[i] == -1 && open < 0) {
        open = i;
      } else {
        known = Math.multiplyExact(known, sizes[i]);
      }
    }
    if (open >= 0) {
      sizes[open] = known == 0 ? 0 : Dims.size(dims) / known;
    }
    int[] target = Dims.of(sizes);
    if (Dims.size(target) != Dims.size(dims)) {
      throw new ModelFault(
          "%s cannot be reshaped to %s".formatted(Dims.text(dims), Arrays.toString(wanted)));
    }
    return target;
  }

  private static Value reshaped(Value x, int... target) {
    return switch (x) {
      case HostTensor host -> host.reshape(target);
      case DeviceTensor device -> device.reshape(target);
    };
  }

  static Operation flatten(Declaration node) {
    long declaredAxis = node.attributes().integer("axis", 1);
    return Operation.single(
        in -> {
          int[] dims = in.dims(0);
          int axis =
              declaredAxis == dims.length ? dims.length : Dims.axis(declaredAxis, dims.length);
          return reshaped(in.get(0), Dims.size(dims, 0, axis), Dims.size(dims, axis, dims.length));
        });
  }

  static Operation squeeze(Declaration node) {
    long[] declared = axesAttribute(node);
    return Operation.single(
        in -> {
          int[] dims = in.dims(0);
          long[] given = in.has(1) ? in.host(1, "axes").integers() : declared;
          int[] axes =
              given == null
                  ? IntStream.range(0, dims.length).filter(i -> dims[i] == 1).toArray()
                  : Dims.axes(given, dims.length);
          for (int axis : axes) {
            if (dims[axis] != 1) {
              throw new ModelFault("axis %d of %s is not 1".formatted(axis, Dims.text(dims)));
            }
          }
          int[] rest =
              IntStream.range(0, dims.length)
                  .filter(i -> Arrays.stream(axes).noneMatch(axis -> axis == i))
                  .map(i -> dims[i])
                  .toArray();
          return reshaped(in.get(0), rest);
        });
  }

  static Operation unsqueeze(Declaration node) {
    long[] declared = axesAttribute(node);
    if (declared == null && !node.hasInput(1)) {
      throw new ModelFault("it does not say which axes");
    }
    return Operation.single(
        in -> {
          int[] dims = in.dims(0);
          long[] given = in.has(1) ? in.host(1, "axes").integers() : declared;
          int[] target = new int[dims.length + given.length];
          for (int axis : Dims.axes(given, target.length)) {
            target[axis] = 1;
          }
          for (int i = 0, next = 0; i < target.length; i++) {
            target[i] = target[i] == 1 ? 1 : dims[next++];
          }
          return reshaped(in.get(0), target);
        });
  }

  private static long[] axesAttribute(Declaration node) {
    return node.opset() < AXES_ARE_INPUT ? node.attributes().integers("axes") : null;
  }

  static Operation transpose(Declaration node) {
    long[] declared = node.attributes().integers("perm");
    return Operation.single(
        in -> {
          int rank = in.rank(0);
          int[] axes =
              declared == null
                  ? IntStream.range(0, rank).map(i -> rank - 1 - i).toArray()
                  : Dims.axes(declared, rank);
          if (axes.length != rank) {
            throw new ModelFault(
                "attribute perm has %d axes, and the input %d".formatted(axes.length, rank));
          }
          return switch (in.get(0)) {
            case HostTensor host -> HostArithmetic.transpose(host, axes);
            case DeviceTensor device -> device.transpose(axes);
          };
        });
  }

  static Operation expand(Declaration node) {
    return Operation.single(
        in -> {
          int[] wanted = Dims.of(in.host(1, "the shape").integers());
          int[] target = Dims.broadcast(in.dims(0), wanted);
          return switch (in.get(0)) {
            case HostTensor host -> HostArithmetic.expand(host, target);
            case DeviceTensor device -> device.expand(target);
          };
        });
  }

  static Operation depthToSpace(Declaration node) {
    int block = blockSize(node);
    boolean depthFirst = node.attributes().word("mode", "DCR", "CRD").equals("DCR");
    return Operation.single(
        in -> {
          Shape s = in.image(0).shape();
          if (s.c() % (block * block) != 0) {
            throw new ModelFault(
                "%d channels are not a multiple of %d".formatted(s.c(), block * block));
          }
          int channels = s.c() / (block * block);
          AxisOrder order =
              depthFirst
                  ? AxisOrder.of(
                      new int[] {s.n(), s.h(), s.w(), block, block, channels}, 0, 1, 3, 2, 4, 5)
                  : AxisOrder.of(
                      new int[] {s.n(), s.h(), s.w(), channels, block, block}, 0, 1, 4, 2, 5, 3);
          Shape target = Shape.of(s.n(), channels, s.h() * block, s.w() * block);
          return Operands.image(Ops.permute(in.image(0), order, target));
        });
  }

  static Operation spaceToDepth(Declaration node) {
    int block = blockSize(node);
    return Operation.single(
        in -> {
          Shape s = in.image(0).shape();
          if (s.h() % block != 0 || s.w() % block != 0) {
            throw new ModelFault("%s does not split into blocks of %d pixels".formatted(s, block));
          }
          int h = s.h() / block;
          int w = s.w() / block;
          AxisOrder order =
              AxisOrder.of(new int[] {s.n(), h, block, w, block, s.c()}, 0, 1, 3, 2, 4, 5);
          Shape target = Shape.of(s.n(), s.c() * block * block, h, w);
          return Operands.image(Ops.permute(in.image(0), order, target));
        });
  }

  private static int blockSize(Declaration node) {
    return node.attributes().integer("blocksize", 0, 1, 1 << 14);
  }
}
