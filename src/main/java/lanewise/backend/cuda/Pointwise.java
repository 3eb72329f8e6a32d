package lanewise.backend.cuda;

import java.lang.foreign.MemorySegment;
import lanewise.backend.Activation;
import lanewise.backend.Binary;
import lanewise.backend.ElementType;
import lanewise.backend.Tensor;
import lanewise.backend.Unary;
import lanewise.backend.cuda.driver.Function;
import lanewise.backend.cuda.driver.Module;

/** Launches of {@code native/kernels/pointwise.cuh}. */
final class Pointwise {
  private final Call call;
  private final Broadcast broadcast = new Broadcast();
  private final Function map;
  private final Function zip;
  private final Function zipBroadcast;
  private final Function accumulate;
  private final Function copy;
  private final Function copyBroadcast;
  private final Function fill;
  private final Function biasActivation;

  Pointwise(Module module, Call call) {
    this.call = call;
    map = module.function("map");
    zip = module.function("zip");
    zipBroadcast = module.function("zip_broadcast");
    accumulate = module.function("accumulate");
    copy = module.function("copy");
    copyBroadcast = module.function("copy_broadcast");
    fill = module.function("fill");
    biasActivation = module.function("bias_activation");
  }

  void map(Unary f, Tensor x, Tensor y) {
    int size = y.shape().size();
    call.start(map).i32(number(f)).f32(first(f)).f32(second(f)).operand(x).operand(y).i32(size);
    call.over(size);
  }

  /** As the kernels' {@code enum UnaryFunction} counts. */
  private static int number(Unary f) {
    return switch (f) {
      case Unary.Affine _ -> 0;
      case Unary.LeakyRelu _ -> 1;
      case Unary.Elementary elementary ->
          switch (elementary) {
            case EXP -> 2;
            case LOG -> 3;
            case SQRT -> 4;
            case RECIPROCAL -> 5;
            case ABS -> 6;
            case SIGN -> 7;
            case SQUARE -> 8;
            case TANH -> 9;
            case SIGMOID -> 10;
            case SOFTPLUS -> 11;
          };
      case Unary.Clip _ -> 12;
    };
  }

  private static float first(Unary f) {
    return switch (f) {
      case Unary.Affine(float scale, float _) -> scale;
      case Unary.LeakyRelu(float slope) -> slope;
      case Unary.Clip(float low, float _) -> low;
      case Unary.Elementary _ -> 0;
    };
  }

  private static float second(Unary f) {
    return switch (f) {
      case Unary.Affine(float _, float shift) -> shift;
      case Unary.Clip(float _, float high) -> high;
      case Unary.LeakyRelu _, Unary.Elementary _ -> 0;
    };
  }

  void zip(Binary f, Tensor a, Tensor b, Tensor y) {
    int size = y.shape().size();
    if (isFlat(a, y) && isFlat(b, y)) {
      call.start(zip).i32(number(f)).f32(slope(f));
      call.operand(a).i32(isScalar(a) ? 1 : 0).operand(b).i32(isScalar(b) ? 1 : 0);
      call.operand(y).i32(size).over(size);
    } else {
      broadcast.to(y.shape(), a.shape(), b.shape());
      call.start(zipBroadcast).i32(number(f)).f32(slope(f));
      broadcast.strides(0, call.operand(a));
      broadcast.strides(1, call.operand(b));
      broadcast.dimensions(call.operand(y).i32(size)).over(size);
    }
  }

  /** As the kernels' {@code enum BinaryFunction} counts. */
  private static int number(Binary f) {
    return switch (f) {
      case Binary.Arithmetic arithmetic ->
          switch (arithmetic) {
            case ADD -> 0;
            case SUB -> 1;
            case MUL -> 2;
            case DIV -> 3;
          };
      case Binary.LeakyReluGradient _ -> 4;
    };
  }

  private static float slope(Binary f) {
    return f instanceof Binary.LeakyReluGradient(float slope) ? slope : 0;
  }

  private static boolean isFlat(Tensor operand, Tensor y) {
    return isScalar(operand) || operand.shape().equals(y.shape());
  }

  private static boolean isScalar(Tensor tensor) {
    return tensor.shape().size() == 1;
  }

  void accumulate(float alpha, Tensor x, Tensor y) {
    int size = y.shape().size();
    call.start(accumulate).f32(alpha).operand(x).operand(y).i32(size).over(size);
  }

  void copy(Tensor source, Tensor target) {
    int size = target.shape().size();
    if (source.shape().size() == size) {
      convert(source.segment(), source.type(), target.segment(), target.type(), size);
    } else {
      broadcast.to(target.shape(), source.shape(), source.shape());
      broadcast.strides(0, call.start(copyBroadcast).operand(source));
      broadcast.dimensions(call.operand(target).i32(size)).over(size);
    }
  }

  /** Copies elements as they lie, from one type to another. */
  void convert(
      MemorySegment source,
      ElementType sourceType,
      MemorySegment target,
      ElementType targetType,
      int size) {
    call.start(copy).operand(source, sourceType).operand(target, targetType).i32(size).over(size);
  }

  void fill(Tensor target, float value) {
    int size = target.shape().size();
    call.start(fill).f32(value).operand(target).i32(size).over(size);
  }

  void biasActivation(Tensor x, Tensor bias, Activation activation, Tensor y) {
    int size = y.shape().size();
    call.start(biasActivation).operand(x).table(bias).f32(activation.slope());
    call.operand(y).i32(size).i32(y.shape().c()).over(size);
  }
}
