package lanewise.onnx;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;
import lanewise.backend.AxisMap;
import lanewise.backend.Interpolation;
import lanewise.backend.Interpolation.Border;
import lanewise.backend.Interpolation.Coordinates;
import lanewise.backend.Interpolation.Cubic;
import lanewise.backend.Interpolation.Linear;
import lanewise.backend.Interpolation.Nearest;
import lanewise.backend.Interpolation.Rounding;

/** Resize and its predecessor Upsample. */
final class ResizeOps {
  /** The opset from which on one says how coordinates are meant. */
  private static final int HAS_COORDINATES = 11;

  private ResizeOps() {}

  static Operation upsample(Declaration node) {
    if (node.opset() >= 10) {
      throw new ModelFault(
          "the operation ended with opset 9, and this is %d".formatted(node.opset()));
    }
    String mode = node.attributes().word("mode", "nearest", "linear", "bilinear");
    float[] declared = node.opset() < 9 ? node.attributes().reals("scales") : null;
    return Operation.single(
        in -> {
          float[] scales = declared == null ? in.host(1, "the scales").floats() : declared;
          return resize(in.device(0), scales, null, old(mode));
        });
  }

  /** How a side was resized before opset 11. */
  private static Sampling old(String mode) {
    if (!mode.equals("nearest")) {
      return new Linear(Coordinates.ASYMMETRIC, Border.REPEAT, false)::map;
    }
    // ONNX did not say which pixel is the nearest; this is what ONNX Runtime does.
    return (inputs, outputs, scale) ->
        new Nearest(Coordinates.ASYMMETRIC, scale < 1 ? Rounding.CEIL : Rounding.FLOOR)
            .map(inputs, outputs, scale);
  }

  static Operation resize(Declaration node) {
    Attributes attributes = node.attributes();
    if (node.opset() < HAS_COORDINATES) {
      String mode = attributes.word("mode", "nearest", "linear");
      return Operation.single(
          in -> resize(in.device(0), in.host(1, "the scales").floats(), null, old(mode)));
    }
    Interpolation how =
        interpolation(attributes, attributes.word("mode", "nearest", "linear", "cubic"));
    long[] declaredAxes = attributes.integers("axes");
    String policy =
        attributes.word("keep_aspect_ratio_policy", "stretch", "not_larger", "not_smaller");
    attributes.ignore("extrapolation_value");
    return Operation.single(
        in -> {
          DeviceTensor x = in.device(0);
          int[] axes =
              declaredAxes == null
                  ? IntStream.range(0, x.rank()).toArray()
                  : Dims.axes(declaredAxes, x.rank());
          if (in.has(3) && in.host(3, "the sizes").size() > 0) {
            int[] sizes = Dims.of(in.host(3, "the sizes").integers());
            return toSizes(x, axes, sizes, policy, how::map);
          }
          float[] scales = new float[x.rank()];
          Arrays.fill(scales, 1);
          float[] given = in.host(2, "the scales").floats();
          checkCount(given.length, axes.length);
          for (int i = 0; i < axes.length; i++) {
            scales[axes[i]] = given[i];
          }
          return resize(x, scales, null, how::map);
        });
  }

  private static void checkCount(int given, int axes) {
    if (given != axes) {
      throw new ModelFault("it has %d scales or sizes for %d axes".formatted(given, axes));
    }
  }

  private static Interpolation interpolation(Attributes attributes, String mode) {
    Coordinates coordinates =
        Coordinates.valueOf(
            attributes
                .word(
                    "coordinate_transformation_mode",
                    "half_pixel",
                    "pytorch_half_pixel",
                    "half_pixel_symmetric",
                    "align_corners",
                    "asymmetric")
                .toUpperCase(Locale.ROOT));
    Rounding rounding =
        Rounding.valueOf(
            attributes
                .word("nearest_mode", "round_prefer_floor", "round_prefer_ceil", "floor", "ceil")
                .toUpperCase(Locale.ROOT));
    float a = attributes.real("cubic_coeff_a", -0.75f);
    boolean antialias = attributes.flag("antialias", false);
    boolean excludes = attributes.flag("exclude_outside", false) || antialias;
    Border border = excludes ? Border.EXCLUDE : Border.REPEAT;
    return switch (mode) {
      case "linear" -> new Linear(coordinates, border, antialias);
      case "cubic" -> new Cubic(a, coordinates, border, antialias);
      default -> new Nearest(coordinates, rounding);
    };
  }

  /** How one side is made of another one. */
  private interface Sampling {
    AxisMap map(int inputs, int outputs, double scale);
  }

  private static DeviceTensor toSizes(
      DeviceTensor x, int[] axes, int[] sizes, String policy, Sampling how) {
    checkCount(sizes.length, axes.length);
    int[] dims = x.dims();
    int[] target = dims.clone();
    float[] scales = new float[dims.length];
    Arrays.fill(scales, 1);
    for (int i = 0; i < axes.length; i++) {
      target[axes[i]] = sizes[i];
      scales[axes[i]] = (float) sizes[i] / dims[axes[i]];
    }
    if (!policy.equals("stretch")) {
      IntStream chosen = Arrays.stream(axes);
      double scale =
          policy.equals("not_larger")
              ? chosen.mapToDouble(axis -> scales[axis]).min().orElse(1)
              : chosen.mapToDouble(axis -> scales[axis]).max().orElse(1);
      for (int axis : axes) {
        scales[axis] = (float) scale;
        target[axis] = (int) Math.round(scale * dims[axis]);
      }
    }
    return resize(x, scales, target, how);
  }

  /**
   * Resizes all axes.
   *
   * @param target the sizes, or null for those that the scales give
   */
  private static DeviceTensor resize(DeviceTensor x, float[] scales, int[] target, Sampling how) {
    int[] dims = x.dims();
    checkCount(scales.length, dims.length);
    AxisMap[] maps = new AxisMap[dims.length];
    for (int axis = 0; axis < maps.length; axis++) {
      int outputs = target == null ? (int) (dims[axis] * scales[axis]) : target[axis];
      if (outputs < 1 || !(scales[axis] > 0)) {
        throw new ModelFault(
            "an axis of %d is scaled by %s to %d".formatted(dims[axis], scales[axis], outputs));
      }
      boolean isSame = outputs == dims[axis] && scales[axis] == 1;
      maps[axis] = isSame ? AxisMap.identity(outputs) : how.map(dims[axis], outputs, scales[axis]);
    }
    return x.resample(maps);
  }
}
