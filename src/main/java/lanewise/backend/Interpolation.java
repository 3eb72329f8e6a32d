package lanewise.backend;

/**
 * How an image is resized: what lies between its pixels. The names are those of ONNX's {@code
 * Resize}; PyTorch's modes are constants.
 */
public sealed interface Interpolation {
  /** PyTorch's {@code nearest}. */
  Interpolation NEAREST = new Nearest(Coordinates.ASYMMETRIC, Rounding.FLOOR);

  /** PyTorch's {@code nearest-exact}. */
  Interpolation NEAREST_EXACT = new Nearest(Coordinates.HALF_PIXEL, Rounding.ROUND_PREFER_CEIL);

  /** PyTorch's {@code bilinear}. */
  Interpolation BILINEAR = new Linear(Coordinates.HALF_PIXEL, Border.REPEAT, false);

  /** PyTorch's {@code bicubic}. */
  Interpolation BICUBIC = new Cubic(-0.75, Coordinates.HALF_PIXEL, Border.REPEAT, false);

  /** PyTorch's {@code bilinear} with {@code antialias}, and Pillow's. */
  Interpolation BILINEAR_ANTIALIASED = new Linear(Coordinates.HALF_PIXEL, Border.EXCLUDE, true);

  /** PyTorch's {@code bicubic} with {@code antialias}, and Pillow's. */
  Interpolation BICUBIC_ANTIALIASED = new Cubic(-0.5, Coordinates.HALF_PIXEL, Border.EXCLUDE, true);

  /** Which place of the original a pixel of the result shows. */
  enum Coordinates {
    /** Pixels are areas; the corners of both images coincide. */
    HALF_PIXEL,
    /** The same, but a result of one pixel shows the first one. */
    PYTORCH_HALF_PIXEL,
    /** The same, with the images' centers in one place if the scale is not that of their sizes. */
    HALF_PIXEL_SYMMETRIC,
    /** Pixels are points; the outer ones of both images coincide. */
    ALIGN_CORNERS,
    /** Pixels are points; the first ones of both images coincide. */
    ASYMMETRIC;

    /** The place that pixel {@code i} shows, in the original's pixels from the first one on. */
    double place(int i, int inputs, int outputs, double scale) {
      return switch (this) {
        case HALF_PIXEL -> unscaled(i + 0.5, inputs, outputs, scale) - 0.5;
        case PYTORCH_HALF_PIXEL ->
            outputs > 1 ? unscaled(i + 0.5, inputs, outputs, scale) - 0.5 : 0;
        case HALF_PIXEL_SYMMETRIC -> {
          double shift = inputs / 2. * (1 - outputs / (scale * inputs));
          yield shift + unscaled(i + 0.5, inputs, outputs, scale) - 0.5;
        }
        case ALIGN_CORNERS -> outputs > 1 ? i * (inputs - 1.) / (outputs - 1) : 0;
        case ASYMMETRIC -> unscaled(i, inputs, outputs, scale);
      };
    }

    /** Whole numbers come out as such where the scale is that of the sizes. */
    private static double unscaled(double at, int inputs, int outputs, double scale) {
      return scale == naturalScale(inputs, outputs) ? at * inputs / outputs : at / scale;
    }
  }

  /** Which pixel is the nearest. */
  enum Rounding {
    ROUND_PREFER_FLOOR,
    ROUND_PREFER_CEIL,
    FLOOR,
    CEIL;

    private int of(double place) {
      return (int)
          switch (this) {
            case ROUND_PREFER_FLOOR -> Math.ceil(place - 0.5);
            case ROUND_PREFER_CEIL -> Math.floor(place + 0.5);
            case FLOOR -> Math.floor(place);
            case CEIL -> Math.ceil(place);
          };
    }
  }

  /** What stands for pixels outside of the image. */
  enum Border {
    /** The nearest one inside. */
    REPEAT,
    /** Nothing: the others weigh more. */
    EXCLUDE
  }

  /** One pixel. */
  record Nearest(Coordinates coordinates, Rounding rounding) implements Interpolation {}

  /**
   * The two pixels around a place.
   *
   * @param antialias whether more than two are mixed when an image becomes smaller, in proportion
   */
  record Linear(Coordinates coordinates, Border border, boolean antialias)
      implements Interpolation {}

  /**
   * The four pixels around a place (Keys 1981).
   *
   * @param a the slope of the kernel at a distance of one pixel, in Keys' paper -0.5
   * @param antialias whether more than four are mixed when an image becomes smaller, in proportion
   */
  record Cubic(double a, Coordinates coordinates, Border border, boolean antialias)
      implements Interpolation {}

  private static double naturalScale(int inputs, int outputs) {
    return outputs / (double) inputs;
  }

  /** The map of a side that becomes {@code outputs} pixels of {@code inputs}. */
  default AxisMap map(int inputs, int outputs) {
    return map(inputs, outputs, naturalScale(inputs, outputs));
  }

  /**
   * The same for a scale that is not that of the sizes.
   *
   * @param scale outputs for each input; it says which places are shown
   */
  default AxisMap map(int inputs, int outputs, double scale) {
    return switch (this) {
      case Nearest(Coordinates coordinates, Rounding rounding) -> {
        AxisMap.Builder map = new AxisMap.Builder(inputs, outputs, outputs);
        for (int i = 0; i < outputs; i++) {
          int at = rounding.of(coordinates.place(i, inputs, outputs, scale));
          map.tap(Math.clamp(at, 0, inputs - 1), 1);
          map.end();
        }
        yield map.build();
      }
      case Linear(Coordinates coordinates, Border border, boolean antialias) ->
          new InterpolationKernel(distance -> 1 - distance, 1, coordinates, border, antialias)
              .map(inputs, outputs, scale);
      case Cubic(double a, Coordinates coordinates, Border border, boolean antialias) ->
          new InterpolationKernel(distance -> cubic(a, distance), 2, coordinates, border, antialias)
              .map(inputs, outputs, scale);
    };
  }

  private static double cubic(double a, double d) {
    return d < 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : (((d - 5) * d + 8) * d - 4) * a;
  }
}
