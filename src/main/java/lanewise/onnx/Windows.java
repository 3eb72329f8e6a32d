package lanewise.onnx;

import java.util.Arrays;

/** The attributes that convolutions and poolings share: how windows lie on an image. */
final class Windows {
  private enum AutoPad {
    NOTSET,
    SAME_UPPER,
    SAME_LOWER,
    VALID
  }

  private final AutoPad autoPad;
  private final int[] kernel;
  private final int[] strides;
  private final int[] dilations;
  private final int[] pads;

  private Windows(AutoPad autoPad, int[] kernel, int[] strides, int[] dilations, int[] pads) {
    this.autoPad = autoPad;
    this.kernel = kernel;
    this.strides = strides;
    this.dilations = dilations;
    this.pads = pads;
  }

  /**
   * Reads the attributes.
   *
   * @param weight of a convolution, as far as the file holds it, or null
   */
  static Windows of(Declaration node, HostTensor weight) {
    Attributes attributes = node.attributes();
    if (weight != null && weight.dims().length != DeviceTensor.IMAGE_RANK) {
      throw new ModelFault(
          "its weight is %s; two dimensions (out x in x height x width) are supported alone"
              .formatted(Dims.text(weight.dims())));
    }
    AutoPad autoPad =
        AutoPad.valueOf(attributes.word("auto_pad", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"));
    long[] kernel = attributes.integers("kernel_shape");
    long[] pads = attributes.integers("pads");
    if (pads != null && (pads.length != 4 || Arrays.stream(pads).anyMatch(Windows::isNoPadding))) {
      throw new ModelFault(
          "attribute pads is %s; four numbers >= 0 are supported, for two dimensions"
              .formatted(Arrays.toString(pads)));
    }
    return new Windows(
        autoPad,
        kernel == null ? null : pair(kernel, "kernel_shape", 1),
        pair(attributes.integers("strides"), "strides", 1),
        pair(attributes.integers("dilations"), "dilations", 1),
        pads == null ? new int[4] : Arrays.stream(pads).mapToInt(pad -> (int) pad).toArray());
  }

  private static boolean isNoPadding(long pad) {
    return pad < 0 || pad > Integer.MAX_VALUE / 4;
  }

  /**
   * A number for rows and one for columns.
   *
   * @param given null for the smallest possible
   */
  static int[] pair(long[] given, String name, int least) {
    if (given == null) {
      return new int[] {least, least};
    }
    if (given.length != 2
        || Arrays.stream(given).anyMatch(value -> value < least || value > Integer.MAX_VALUE / 4)) {
      throw new ModelFault(
          "attribute %s is %s; two numbers >= %d are supported, for two dimensions"
              .formatted(name, Arrays.toString(given), least));
    }
    return new int[] {(int) given[0], (int) given[1]};
  }

  /** Whether a filter has the size that the attributes name, if they do. */
  boolean fits(int height, int width) {
    return kernel == null || kernel[0] == height && kernel[1] == width;
  }

  /** Rows and columns of a window, as the attributes name them. */
  int[] kernel() {
    if (kernel == null) {
      throw new ModelFault("attribute kernel_shape is missing");
    }
    return kernel.clone();
  }

  boolean isDilated() {
    return dilations[0] != 1 || dilations[1] != 1;
  }

  /** The windows along the height of an image, of that many rows. */
  Side rows(int kernelRows) {
    return new Side(this, kernelRows, 0);
  }

  /** The windows along the width of an image, of that many columns. */
  Side columns(int kernelColumns) {
    return new Side(this, kernelColumns, 1);
  }

  /** Pixels before and after an image. */
  record Padding(int before, int after) {

    /** What a symmetric padding can do of it. */
    int common() {
      return Math.max(0, Math.min(before, after));
    }
  }

  /** Windows along one side. */
  record Side(Windows windows, int kernel, int index) {

    int stride() {
      return windows.strides[index];
    }

    int dilation() {
      return windows.dilations[index];
    }

    /** Pixels from the first to the last one of a window. */
    int extent() {
      return Math.addExact(Math.multiplyExact(kernel - 1, dilation()), 1);
    }

    private Padding given() {
      return new Padding(windows.pads[index], windows.pads[index + 2]);
    }

    /** The padding of an image of {@code size} pixels. */
    Padding padding(int size) {
      return switch (windows.autoPad) {
        case NOTSET -> given();
        case VALID -> new Padding(0, 0);
        case SAME_UPPER, SAME_LOWER -> {
          int outputs = Math.ceilDiv(size, stride());
          yield split(Math.max(0, (outputs - 1) * stride() + extent() - size));
        }
      };
    }

    /**
     * What a transposed convolution cuts off.
     *
     * @param in pixels of its input
     * @param full pixels of its output without padding
     * @param wanted pixels of its output, or -1
     */
    Padding transposedPadding(int in, int full, int wanted) {
      if (wanted > 0) {
        return split(Math.max(0, full - wanted));
      }
      return switch (windows.autoPad) {
        case NOTSET -> given();
        case VALID -> new Padding(0, 0);
        case SAME_UPPER, SAME_LOWER -> split(Math.max(0, full - in * stride()));
      };
    }

    /** The odd pixel comes last with SAME_UPPER; and first otherwise, as ONNX has it. */
    private Padding split(int total) {
      int smaller = total / 2;
      return windows.autoPad == AutoPad.SAME_UPPER
          ? new Padding(smaller, total - smaller)
          : new Padding(total - smaller, smaller);
    }
  }
}
