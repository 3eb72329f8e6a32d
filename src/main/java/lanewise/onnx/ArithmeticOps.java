package lanewise.onnx;

import java.util.function.BinaryOperator;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.UnaryOperator;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.onnx.HostTensor.Kind;

/**
 * Arithmetic with broadcasting: on the host between constants and shapes, otherwise on the backend.
 */
final class ArithmeticOps {
  private ArithmeticOps() {}

  static Operation add(Declaration node) {
    return binary(Double::sum, Long::sum, Ops::add, (x, c) -> Ops.affine(x, 1, c));
  }

  static Operation sub(Declaration node) {
    return binary((a, b) -> a - b, (a, b) -> a - b, Ops::sub, (x, c) -> Ops.affine(x, 1, -c));
  }

  static Operation mul(Declaration node) {
    return binary((a, b) -> a * b, (a, b) -> a * b, Ops::mul, (x, c) -> Ops.affine(x, c, 0));
  }

  static Operation div(Declaration node) {
    return binary((a, b) -> a / b, ArithmeticOps::quotient, Ops::div, null);
  }

  private static long quotient(long a, long b) {
    if (b == 0) {
      throw new ModelFault("an integer is divided by 0");
    }
    return a / b;
  }

  /** Python's {@code %} of integers. */
  static Operation mod(Declaration node) {
    boolean likeC = node.attributes().flag("fmod", false);
    return Operation.single(
        in ->
            HostArithmetic.zip(
                (a, b) -> likeC ? a % b : a - b * Math.floor(a / b),
                (a, b) -> {
                  long whole = quotient(a, b);
                  return likeC ? a - whole * b : Math.floorMod(a, b);
                },
                in.host(0),
                in.host(1)));
  }

  static Operation max(Declaration node) {
    return ofAll(
        binary(
            Math::max,
            Math::max,
            ArithmeticOps::larger,
            (x, c) -> Ops.clip(x, c, Float.POSITIVE_INFINITY)));
  }

  static Operation min(Declaration node) {
    return ofAll(
        binary(
            Math::min,
            Math::min,
            (a, b) -> Ops.neg(larger(Ops.neg(a), Ops.neg(b))),
            (x, c) -> Ops.clip(x, Float.NEGATIVE_INFINITY, c)));
  }

  /** Unlike {@link Ops#max} without rounding: the smaller one may be tiny. */
  private static Variable larger(Variable a, Variable b) {
    Variable isSecond = Ops.gt(b, a);
    return Ops.add(Ops.mul(a, Ops.affine(isSecond, -1, 1)), Ops.mul(b, isSecond));
  }

  static Operation sum(Declaration node) {
    return ofAll(add(node));
  }

  /** Of any number of operands, one after the other. */
  private static Operation ofAll(Operation ofTwo) {
    return Operation.single(
        in -> {
          Value result = in.get(0);
          for (int i = 1; i < in.count(); i++) {
            result = ofTwo.run(in.of(result, in.get(i))).getFirst();
          }
          return result;
        });
  }

  /** An operation of a tensor and a constant number. */
  private interface WithNumber {
    Variable of(Variable x, float number);
  }

  /**
   * An operation of two operands.
   *
   * @param withNumber for a second operand that is one number on the host, or null
   */
  private static Operation binary(
      DoubleBinaryOperator ofFloats,
      LongBinaryOperator ofIntegers,
      BinaryOperator<Variable> onBackend,
      WithNumber withNumber) {
    return Operation.single(
        in -> {
          if (in.areHost()) {
            return HostArithmetic.zip(ofFloats, ofIntegers, in.host(0), in.host(1));
          }
          boolean addsNoAxes = in.rank(1) <= in.rank(0);
          boolean isNumber = in.get(1) instanceof HostTensor host && host.size() == 1;
          if (withNumber != null && isNumber && addsNoAxes) {
            float number = (float) in.host(1).at(0);
            return in.device(0).map(x -> withNumber.of(x, number));
          }
          return DeviceTensor.zip(onBackend, in.device(0), in.device(1));
        });
  }

  /** On a backend, for the exponents that networks use. */
  static Operation pow(Declaration node) {
    return Operation.single(
        in -> {
          HostTensor exponent = in.host(1, "the exponent");
          if (in.areHost()) {
            return HostArithmetic.zip(
                Math::pow, (a, b) -> (long) Math.pow(a, b), in.host(0), exponent);
          }
          if (exponent.size() != 1 || in.rank(1) > in.rank(0)) {
            throw new ModelFault("its exponent is %s, not one number".formatted(exponent));
          }
          return in.device(0).map(power(exponent.at(0)));
        });
  }

  private static UnaryOperator<Variable> power(double exponent) {
    if (exponent == 1) {
      return x -> x;
    }
    if (exponent == 2) {
      return Ops::square;
    }
    if (exponent == 3) {
      return x -> Ops.mul(Ops.square(x), x);
    }
    if (exponent == 0.5) {
      return Ops::sqrt;
    }
    if (exponent == -1) {
      return Ops::reciprocal;
    }
    throw new ModelFault(
        "its exponent is %s; -1, 0.5, 1, 2 and 3 are supported".formatted(exponent));
  }

  /** A function of one element, on the host where its operand is there. */
  static Operation.Factory unary(DoubleUnaryOperator ofNumber, UnaryOperator<Variable> onBackend) {
    return _ ->
        Operation.single(
            in ->
                in.get(0) instanceof HostTensor host
                    ? map(ofNumber, host)
                    : in.device(0).map(onBackend));
  }

  /** A function of one element that backends lack. */
  static Operation.Factory onHost(DoubleUnaryOperator ofNumber) {
    return _ -> Operation.single(in -> map(ofNumber, in.host(0)));
  }

  private static HostTensor map(DoubleUnaryOperator f, HostTensor x) {
    if (x.kind() != Kind.FLOAT) {
      long[] integers = x.integers().clone();
      for (int i = 0; i < integers.length; i++) {
        integers[i] = (long) f.applyAsDouble(integers[i]);
      }
      return HostTensor.of(integers, x.dims());
    }
    float[] floats = x.floats().clone();
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) f.applyAsDouble(floats[i]);
    }
    return HostTensor.of(floats, x.dims());
  }

  static Operation.Factory relation(HostArithmetic.Relation relation) {
    return _ -> Operation.single(in -> HostArithmetic.compare(relation, in.host(0), in.host(1)));
  }

  static Operation not(Declaration node) {
    return Operation.single(
        in -> HostArithmetic.compare((a, b) -> a == b, in.host(0), HostTensor.of(new long[] {0})));
  }

  static Operation where(Declaration node) {
    return Operation.single(
        in -> HostArithmetic.where(in.host(0, "the condition"), in.host(1), in.host(2)));
  }
}
