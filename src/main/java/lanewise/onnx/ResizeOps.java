package lanewise.onnx;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.DoubleStream;
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
          return byScales(in.device(0), null, scales, old(mode));
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
          in -> byScales(in.device(0), null, in.host(1, "the scales").floats(), old(mode)));
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
          if (in.has(3) && in.host(3, "the sizes").size() > 0) {
            int[] sizes = Dims.of(in.host(3, "the sizes").integers());
            return bySizes(x, declaredAxes, sizes, policy, how::map);
          }
          return byScales(x, declaredAxes, in.host(2, "the scales").floats(), how::map);
        });
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
    Border border = attributes.flag("exclude_outside", false) ? Border.EXCLUDE : Border.REPEAT;
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

  /** The axes to which a number of scales or sizes belongs; null stands for all. */
  private static int[] axes(long[] declared, int given, int rank) {
    int[] axes = declared == null ? IntStream.range(0, rank).toArray() : Dims.axes(declared, rank);
    if (given != axes.length) {
      throw new ModelFault("it has %d scales or sizes for %d axes".formatted(given, axes.length));
    }
    return axes;
  }

  private static DeviceTensor byScales(
      DeviceTensor x, long[] declaredAxes, float[] given, Sampling how) {
    int[] axes = axes(declaredAxes, given.length, x.rank());
    int[] sizes = new int[axes.length];
    double[] scales = new double[axes.length];
    for (int i = 0; i < axes.length; i++) {
      sizes[i] = (int) (x.dims()[axes[i]] * given[i]);
      // 0.7 is meant where 0.7f stands: places in the middle of two pixels are so exactly.
      scales[i] = Double.parseDouble(Float.toString(given[i]));
    }
    return resize(x, axes, sizes, scales, how);
  }

  private static DeviceTensor bySizes(
      DeviceTensor x, long[] declaredAxes, int[] given, String policy, Sampling how) {
    int[] axes = axes(declaredAxes, given.length, x.rank());
    int[] sizes = given.clone();
    double[] scales = new double[axes.length];
    Arrays.setAll(scales, i -> (double) sizes[i] / x.dims()[axes[i]]);
    if (!policy.equals("stretch")) {
      DoubleStream all = Arrays.stream(scales);
      double scale = (policy.equals("not_larger") ? all.min() : all.max()).orElse(1);
      Arrays.fill(scales, scale);
      Arrays.setAll(sizes, i -> (int) Math.round(scale * x.dims()[axes[i]]));
    }
    return resize(x, axes, sizes, scales, how);
  }

  private static DeviceTensor resize(
      DeviceTensor x, int[] axes, int[] sizes, double[] scales, Sampling how) {
    int[] target = x.dims().clone();
    for (int i = 0; i < axes.length; i++) {
      target[axes[i]] = sizes[i];
    }
    // Before there are maps of such sizes.
    Dims.size(target);
    AxisMap[] maps = Arrays.stream(x.dims()).mapToObj(AxisMap::identity).toArray(AxisMap[]::new);
    for (int i = 0; i < axes.length; i++) {
      int inputs = x.dims()[axes[i]];
      if (sizes[i] < 1 || !(scales[i] > 0)) {
        throw new ModelFault(
            "an axis of %d is scaled by %s to %d".formatted(inputs, scales[i], sizes[i]));
      }
      if (sizes[i] != inputs || scales[i] != 1) {
        maps[axes[i]] = how.map(inputs, sizes[i], scales[i]);
      }
    }
    return x.resample(maps);
  }
}
