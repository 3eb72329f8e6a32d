package lanewise.backend.scalar;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import lanewise.backend.Binary;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.Unary;

/** Functions of each element, with broadcasting, and the sums that are its adjoint. */
final class Pointwise {
  private Pointwise() {}

  static void fill(Tensor target, float value) {
    MemorySegment ts = target.segment();
    for (int i = 0; i < target.shape().size(); i++) {
      ts.setAtIndex(JAVA_FLOAT, i, value);
    }
  }

  static void copy(Tensor source, Tensor target) {
    MemorySegment ss = source.segment();
    MemorySegment ts = target.segment();
    Shape shape = target.shape();
    Strides from = Strides.of(source.shape());
    Strides to = Strides.of(shape);
    for (int n = 0; n < shape.n(); n++) {
      for (int h = 0; h < shape.h(); h++) {
        for (int w = 0; w < shape.w(); w++) {
          for (int c = 0; c < shape.c(); c++) {
            float value = ss.getAtIndex(JAVA_FLOAT, from.index(n, c, h, w));
            ts.setAtIndex(JAVA_FLOAT, to.index(n, c, h, w), value);
          }
        }
      }
    }
  }

  static void map(Unary f, Tensor x, Tensor y) {
    MemorySegment xs = x.segment();
    MemorySegment ys = y.segment();
    DoubleUnaryOperator function = function(f);
    for (int i = 0; i < x.shape().size(); i++) {
      double value = function.applyAsDouble(xs.getAtIndex(JAVA_FLOAT, i));
      ys.setAtIndex(JAVA_FLOAT, i, (float) value);
    }
  }

  static void zip(Binary f, Tensor a, Tensor b, Tensor y) {
    MemorySegment as = a.segment();
    MemorySegment bs = b.segment();
    MemorySegment ys = y.segment();
    DoubleBinaryOperator function = function(f);
    Shape shape = y.shape();
    Strides inA = Strides.of(a.shape());
    Strides inB = Strides.of(b.shape());
    Strides inY = Strides.of(shape);
    for (int n = 0; n < shape.n(); n++) {
      for (int h = 0; h < shape.h(); h++) {
        for (int w = 0; w < shape.w(); w++) {
          for (int c = 0; c < shape.c(); c++) {
            double left = as.getAtIndex(JAVA_FLOAT, inA.index(n, c, h, w));
            double right = bs.getAtIndex(JAVA_FLOAT, inB.index(n, c, h, w));
            double value = function.applyAsDouble(left, right);
            ys.setAtIndex(JAVA_FLOAT, inY.index(n, c, h, w), (float) value);
          }
        }
      }
    }
  }

  static void accumulate(float alpha, Tensor x, Tensor y) {
    MemorySegment xs = x.segment();
    MemorySegment ys = y.segment();
    for (int i = 0; i < x.shape().size(); i++) {
      double added = (double) alpha * xs.getAtIndex(JAVA_FLOAT, i);
      ys.setAtIndex(JAVA_FLOAT, i, (float) (ys.getAtIndex(JAVA_FLOAT, i) + added));
    }
  }

  static void sum(Tensor x, Tensor y) {
    MemorySegment xs = x.segment();
    MemorySegment ys = y.segment();
    Shape shape = x.shape();
    Strides inX = Strides.of(shape);
    Strides inY = Strides.of(y.shape());
    double[] sums = new double[y.shape().size()];
    for (int n = 0; n < shape.n(); n++) {
      for (int h = 0; h < shape.h(); h++) {
        for (int w = 0; w < shape.w(); w++) {
          for (int c = 0; c < shape.c(); c++) {
            float value = xs.getAtIndex(JAVA_FLOAT, inX.index(n, c, h, w));
            sums[inY.index(n, c, h, w)] += value;
          }
        }
      }
    }
    for (int i = 0; i < sums.length; i++) {
      ys.setAtIndex(JAVA_FLOAT, i, (float) sums[i]);
    }
  }

  private static DoubleUnaryOperator function(Unary f) {
    return switch (f) {
      case Unary.Affine(float scale, float shift) -> x -> scale * x + shift;
      case Unary.LeakyRelu(float slope) -> x -> x > 0 ? x : slope * x;
      case Unary.Clip(float low, float high) -> x -> Math.min(Math.max(x, low), high);
      case Unary.Elementary elementary ->
          switch (elementary) {
            case EXP -> Math::exp;
            case LOG -> Math::log;
            case SQRT -> Math::sqrt;
            case RECIPROCAL -> x -> 1 / x;
            case ABS -> Math::abs;
            case SIGN -> Math::signum;
            case SQUARE -> x -> x * x;
            case TANH -> Math::tanh;
            case SIGMOID -> x -> 1 / (1 + Math.exp(-x));
            case SOFTPLUS -> x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
          };
    };
  }

  private static DoubleBinaryOperator function(Binary f) {
    return switch (f) {
      case Binary.LeakyReluGradient(float slope) -> (x, dy) -> x > 0 ? dy : slope * dy;
      case Binary.Arithmetic arithmetic ->
          switch (arithmetic) {
            case ADD -> (a, b) -> a + b;
            case SUB -> (a, b) -> a - b;
            case MUL -> (a, b) -> a * b;
            case DIV -> (a, b) -> a / b;
          };
    };
  }
}
