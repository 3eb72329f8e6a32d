package lanewise.onnx;

import lanewise.autograd.Functional;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Activation;
import lanewise.backend.AxisMap;
import lanewise.backend.ConvSpec;
import lanewise.backend.PadMode;
import lanewise.backend.Shape;

/** Convolutions and transposed convolutions of two dimensions. */
final class ConvolutionOps {
  private ConvolutionOps() {}

  static Operation.Activated conv(Declaration node) {
    Windows windows = Windows.of(node, node.initializer(1));
    int groups = node.attributes().integer("group", 1, 1, Integer.MAX_VALUE);
    return (in, activation) -> {
      Variable x = in.image(0);
      Variable w = in.filter(1);
      checkKernel(windows, w.shape());
      Windows.Side rows = windows.rows(w.shape().h());
      Windows.Side columns = windows.columns(w.shape().w());
      Windows.Padding vertical = rows.padding(x.shape().h());
      Windows.Padding horizontal = columns.padding(x.shape().w());
      ConvSpec spec = spec(rows, columns, vertical.common(), horizontal.common(), groups);
      Variable padded =
          pad(
              x,
              vertical.before() - vertical.common(),
              vertical.after() - vertical.common(),
              horizontal.before() - horizontal.common(),
              horizontal.after() - horizontal.common());
      Variable y = Functional.conv2d(padded, w, spec);
      return Operands.image(finished(y, in, activation));
    };
  }

  static Operation.Activated convTranspose(Declaration node) {
    Windows windows = Windows.of(node, node.initializer(1));
    Attributes attributes = node.attributes();
    int groups = attributes.integer("group", 1, 1, Integer.MAX_VALUE);
    int[] outputPadding = Windows.pair(attributes.integers("output_padding"), "output_padding", 0);
    long[] given = attributes.integers("output_shape");
    int[] outputShape = given == null ? null : Windows.pair(given, "output_shape", 1);
    return (in, activation) -> {
      Variable x = in.image(0);
      Variable w = in.filter(1);
      checkKernel(windows, w.shape());
      Transposed rows =
          Transposed.of(
              windows.rows(w.shape().h()),
              x.shape().h(),
              outputPadding[0],
              outputShape == null ? -1 : outputShape[0]);
      Transposed columns =
          Transposed.of(
              windows.columns(w.shape().w()),
              x.shape().w(),
              outputPadding[1],
              outputShape == null ? -1 : outputShape[1]);
      ConvSpec spec = spec(rows.side(), columns.side(), rows.common(), columns.common(), groups);
      Shape shape = Shape.of(x.shape().n(), w.shape().c() * groups, rows.size(), columns.size());
      Variable y = Functional.convTranspose2d(x, w, spec, shape);
      Variable cut = pad(y, rows.before(), rows.after(), columns.before(), columns.after());
      return Operands.image(finished(cut, in, activation));
    };
  }

  /**
   * A transposed convolution along one side, which adds to what a {@link ConvSpec} can say.
   *
   * @param common padding that is cut off at both ends
   * @param size of what is computed so
   * @param before what is then added at the beginning; negative to cut off. {@code after} likewise
   */
  private record Transposed(Windows.Side side, int common, int size, int before, int after) {

    /**
     * Resolves attributes.
     *
     * @param wanted the size that the model names, or -1
     */
    static Transposed of(Windows.Side side, int in, int outputPadding, int wanted) {
      int full = Math.addExact(Math.multiplyExact(side.stride(), in - 1), side.extent());
      Windows.Padding cut = side.transposedPadding(in, full + outputPadding, wanted);
      int size = wanted > 0 ? wanted : full + outputPadding - cut.before() - cut.after();
      // What is cut off at the end; negative where zeros are added.
      int end = full - cut.before() - size;
      int more = cut.before() - end;
      if (size < 1) {
        throw new ModelFault("nothing is left of %d pixels after padding".formatted(full));
      }
      if (more >= 0 && more < side.stride()) {
        // A convolution with a stride may leave out pixels at its end, so this is the adjoint of
        // one.
        return new Transposed(side, cut.before(), size, 0, 0);
      }
      int common = Math.max(0, Math.min(cut.before(), end));
      return new Transposed(side, common, full - 2 * common, common - cut.before(), common - end);
    }
  }

  private static ConvSpec spec(
      Windows.Side rows, Windows.Side columns, int padH, int padW, int groups) {
    return new ConvSpec(
        rows.stride(), columns.stride(), padH, padW, rows.dilation(), columns.dilation(), groups);
  }

  /** Adds zeros; negative numbers cut off. */
  private static Variable pad(Variable x, int top, int bottom, int left, int right) {
    if (top == 0 && bottom == 0 && left == 0 && right == 0) {
      return x;
    }
    return Functional.resample(
        x,
        AxisMap.pad(x.shape().h(), top, bottom, PadMode.ZERO),
        AxisMap.pad(x.shape().w(), left, right, PadMode.ZERO));
  }

  private static void checkKernel(Windows windows, Shape w) {
    if (!windows.fits(w.h(), w.w())) {
      throw new ModelFault("its weight is %s, not of the kernel_shape it names".formatted(w));
    }
  }

  /** With its bias and the activation behind it. */
  private static Variable finished(Variable y, Operands in, Activation activation) {
    Variable bias = in.vector(2, y.shape().c());
    if (bias != null) {
      return Functional.biasActivation(y, bias, activation);
    }
    return activation.slope() == 1 ? y : Ops.leakyRelu(y, activation.slope());
  }
}
