package lanewise.onnx;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import lanewise.Names;
import lanewise.Printable;
import lanewise.autograd.Ops;

/** All operations that are supported. */
final class OperationTable {
  private static final int ANY = Integer.MAX_VALUE;

  private static final List<Definition> DEFINITIONS =
      List.of(
          // Convolutions and poolings
          Definition.of("Conv", 1, 2, 3, ConvolutionOps::conv)
              .withFilter(1)
              .noting("two dimensions"),
          Definition.of("ConvTranspose", 1, 2, 3, ConvolutionOps::convTranspose)
              .withFilter(1)
              .noting("two dimensions"),
          Definition.of("MaxPool", 1, 1, 1, PoolingOps::max)
              .noting("two dimensions, no dilations, no indices"),
          Definition.of("AveragePool", 1, 1, 1, PoolingOps::average)
              .noting("two dimensions, no dilations"),
          Definition.of("GlobalAveragePool", 1, 1, 1, ReductionOps::globalAverage),
          Definition.of("GlobalMaxPool", 1, 1, 1, PoolingOps::globalMax).noting("two dimensions"),

          // Normalisations
          Definition.of("InstanceNormalization", 6, 3, 3, NormalizationOps::instance),
          Definition.of("BatchNormalization", 7, 5, 5, NormalizationOps::batch).noting("inference"),
          Definition.of("GroupNormalization", 18, 3, 3, NormalizationOps::group),
          Definition.of("LayerNormalization", 17, 2, 3, NormalizationOps::layer)
              .noting("first output"),
          Definition.of("LpNormalization", 1, 1, 1, NormalizationOps::lp),

          // Functions of one element
          Definition.of("Relu", 6, 1, 1, ActivationOps::relu),
          Definition.of("LeakyRelu", 6, 1, 1, ActivationOps::leakyRelu),
          Definition.of("PRelu", 7, 2, 2, ActivationOps::prelu),
          Definition.of("Elu", 6, 1, 1, ActivationOps::elu),
          Definition.of("Selu", 6, 1, 1, ActivationOps::selu),
          Definition.of("Tanh", 6, 1, 1, ActivationOps.plain(Ops::tanh)),
          Definition.of("Sigmoid", 6, 1, 1, ActivationOps.plain(Ops::sigmoid)),
          Definition.of("HardSigmoid", 6, 1, 1, ActivationOps::hardSigmoid),
          Definition.of("HardSwish", 14, 1, 1, ActivationOps::hardSwish),
          Definition.of("Softplus", 1, 1, 1, ActivationOps.plain(Ops::softplus)),
          Definition.of("Clip", 6, 1, 3, ActivationOps::clip).withHost(1, 2),
          Definition.of("Exp", 6, 1, 1, ActivationOps.plain(Ops::exp)),
          Definition.of("Log", 6, 1, 1, ActivationOps.plain(Ops::log)),
          Definition.of("Sqrt", 6, 1, 1, ArithmeticOps.unary(Math::sqrt, Ops::sqrt)),
          Definition.of("Abs", 6, 1, 1, ArithmeticOps.unary(Math::abs, Ops::abs)),
          Definition.of("Neg", 6, 1, 1, ArithmeticOps.unary(x -> -x, Ops::neg)),
          Definition.of("Reciprocal", 6, 1, 1, ArithmeticOps.unary(x -> 1 / x, Ops::reciprocal)),

          // Arithmetic
          Definition.of("Add", 7, 2, 2, ArithmeticOps::add),
          Definition.of("Sub", 7, 2, 2, ArithmeticOps::sub),
          Definition.of("Mul", 7, 2, 2, ArithmeticOps::mul),
          Definition.of("Div", 7, 2, 2, ArithmeticOps::div),
          Definition.of("Pow", 7, 2, 2, ArithmeticOps::pow)
              .withHost(1)
              .noting("exponents -1, 0.5, 1, 2, 3"),
          Definition.of("Max", 6, 1, ANY, ArithmeticOps::max),
          Definition.of("Min", 6, 1, ANY, ArithmeticOps::min),
          Definition.of("Sum", 6, 1, ANY, ArithmeticOps::sum),
          Definition.of("ReduceMean", 1, 1, 2, ReductionOps::mean).withHost(1),
          Definition.of("ReduceSum", 1, 1, 2, ReductionOps::sum).withHost(1),

          // Matrices
          Definition.of("Gemm", 7, 2, 3, MatrixOps::gemm),
          Definition.of("MatMul", 1, 2, 2, MatrixOps::matMul),
          Definition.of("Softmax", 1, 1, 1, MatrixOps::softmax),
          Definition.of("LogSoftmax", 1, 1, 1, MatrixOps::logSoftmax),

          // Parts, sizes, order
          Definition.of("Concat", 4, 1, ANY, PartOps::concat),
          Definition.of("Split", 2, 1, 2, PartOps::split).withHost(1),
          Definition.of("Slice", 1, 1, 5, PartOps::slice).withHost(1, 2, 3, 4),
          Definition.of("Gather", 1, 2, 2, PartOps::gather).withHost(1),
          Definition.of("Pad", 2, 1, 4, PadOps::pad)
              .withHost(1, 2, 3)
              .noting("constant, reflect, edge"),
          Definition.of("Resize", 10, 1, 4, ResizeOps::resize)
              .withHost(1, 2, 3)
              .noting("not the coordinates tf_crop_and_resize and tf_half_pixel_for_nn"),
          Definition.of("Upsample", 7, 1, 2, ResizeOps::upsample)
              .withHost(1)
              .noting("opsets 7 to 9"),
          Definition.of("DepthToSpace", 1, 1, 1, ShapeOps::depthToSpace),
          Definition.of("SpaceToDepth", 1, 1, 1, ShapeOps::spaceToDepth),
          Definition.of("Reshape", 5, 2, 2, ShapeOps::reshape).withHost(1),
          Definition.of("Flatten", 1, 1, 1, ShapeOps::flatten),
          Definition.of("Squeeze", 1, 1, 2, ShapeOps::squeeze).withHost(1),
          Definition.of("Unsqueeze", 1, 1, 2, ShapeOps::unsqueeze).withHost(1),
          Definition.of("Transpose", 1, 1, 1, ShapeOps::transpose),
          Definition.of("Expand", 8, 2, 2, ShapeOps::expand).withHost(1),

          // Constants, and what passes as it is
          Definition.of("Constant", 1, 0, 0, ConstantOps::constant),
          Definition.of("ConstantOfShape", 9, 1, 1, ConstantOps::constantOfShape).withHost(0),
          Definition.of("Identity", 1, 1, 1, ConstantOps::identity),
          Definition.of("Dropout", 7, 1, 3, ConstantOps::dropout)
              .withHost(1, 2)
              .noting("inference"),
          Definition.of("Cast", 6, 1, 1, ConstantOps::cast),

          // The arithmetic of shapes alone
          Definition.of("Shape", 1, 1, 1, ShapeOps::shape),
          Definition.of("Size", 1, 1, 1, ShapeOps::size),
          ofShapes("Range", 11, 3, ConstantOps::range),
          ofShapes("Floor", 6, 1, ArithmeticOps.onHost(Math::floor)),
          ofShapes("Ceil", 6, 1, ArithmeticOps.onHost(Math::ceil)),
          ofShapes("Mod", 10, 2, ArithmeticOps::mod),
          ofShapes("Equal", 7, 2, ArithmeticOps.relation((a, b) -> a == b)),
          ofShapes("Less", 7, 2, ArithmeticOps.relation((a, b) -> a < b)),
          ofShapes("Greater", 7, 2, ArithmeticOps.relation((a, b) -> a > b)),
          ofShapes("LessOrEqual", 12, 2, ArithmeticOps.relation((a, b) -> a <= b)),
          ofShapes("GreaterOrEqual", 12, 2, ArithmeticOps.relation((a, b) -> a >= b)),
          ofShapes("And", 7, 2, ArithmeticOps.relation((a, b) -> a != 0 && b != 0)),
          ofShapes("Or", 7, 2, ArithmeticOps.relation((a, b) -> a != 0 || b != 0)),
          ofShapes("Not", 1, 1, ArithmeticOps::not),
          ofShapes("Where", 9, 3, ArithmeticOps::where));

  private static final Map<String, Definition> BY_NAME =
      DEFINITIONS.stream().collect(Collectors.toMap(Definition::name, Function.identity()));

  private OperationTable() {}

  private static Definition ofShapes(
      String name, int since, int inputs, Operation.Factory factory) {
    return Definition.of(name, since, inputs, inputs, factory)
        .withHost(0, 1, 2)
        .noting("of shapes and constants");
  }

  /**
   * The definition of an operation.
   *
   * @throws ModelFault that names those which are supported
   */
  static Definition find(String name) {
    Definition definition = BY_NAME.get(name);
    if (definition == null) {
      throw new ModelFault(
          "the operation is not supported. "
              + Names.unknown("operation", Printable.text(name), names()));
    }
    return definition;
  }

  private static List<String> names() {
    return DEFINITIONS.stream().map(Definition::name).sorted().toList();
  }

  /** {@code Conv (two dimensions)}, in the order of names. */
  static List<String> lines() {
    return DEFINITIONS.stream()
        .sorted(Comparator.comparing(Definition::name))
        .map(one -> one.note().isEmpty() ? one.name() : one.name() + " (" + one.note() + ")")
        .toList();
  }
}
