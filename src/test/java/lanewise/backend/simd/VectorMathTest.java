package lanewise.backend.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.DoubleUnaryOperator;
import lanewise.backend.Unary.Elementary;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VectorMathTest {

  /** A function, what it should be in double, and the error its Javadoc states. */
  enum Function {
    EXP(Elementary.EXP, Math::exp, 0.94),
    LOG(Elementary.LOG, Math::log, 0.92),
    TANH(Elementary.TANH, Math::tanh, 3.0),
    SIGMOID(
        Elementary.SIGMOID,
        x -> x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)),
        2.5),
    SOFTPLUS(Elementary.SOFTPLUS, x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), 1.8);

    private final Elementary function;
    private final DoubleUnaryOperator exact;
    private final double bound;

    Function(Elementary function, DoubleUnaryOperator exact, double bound) {
      this.function = function;
      this.exact = exact;
      this.bound = bound;
    }
  }

  private static final int COUNT = 4096;

  /** A prime, so that all exponents and many mantissas are met. */
  private static final int STEP = 9973;

  private final MemorySegment x = Arena.ofAuto().allocate(COUNT * 4L, 64);
  private final MemorySegment y = Arena.ofAuto().allocate(COUNT * 4L, 64);

  @ParameterizedTest
  @EnumSource
  void staysWithinItsStatedErrorOverAllFloats(Function f) {
    long bits = 0;
    while (bits < 1L << 32) {
      for (int i = 0; i < COUNT; i++, bits += STEP) {
        x.setAtIndex(JAVA_FLOAT, i, Float.intBitsToFloat((int) bits));
      }
      check(f, COUNT);
    }
  }

  @ParameterizedTest
  @EnumSource
  void treatsSpecialValuesAsMathDoes(Function f) {
    float[] special = {
      0f,
      -0f,
      1f,
      -1f,
      Float.MIN_VALUE,
      -Float.MIN_VALUE,
      Float.MIN_NORMAL,
      -Float.MIN_NORMAL,
      Float.MAX_VALUE,
      -Float.MAX_VALUE,
      Float.NaN,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      88.7f,
      88.73f,
      89.5f,
      -87.3f,
      -87.4f,
      -103.9f,
      -104f,
      -200f
    };
    for (int i = 0; i < COUNT; i++) {
      x.setAtIndex(JAVA_FLOAT, i, special[i % special.length]);
    }
    check(f, Lanes.COUNT * special.length);
    for (int i = 0; i < special.length; i++) {
      float expected = (float) f.exact.applyAsDouble(special[i]);
      if (expected == 0 && f != Function.LOG) {
        assertEquals(expected, y.getAtIndex(JAVA_FLOAT, i), f + " of " + special[i]);
      }
    }
  }

  private void check(Function f, int count) {
    UnaryKernels.apply(f.function, x, y, 0, count);
    for (int i = 0; i < count; i++) {
      float in = x.getAtIndex(JAVA_FLOAT, i);
      float actual = y.getAtIndex(JAVA_FLOAT, i);
      double exact = f.exact.applyAsDouble(in);
      float rounded = (float) exact;
      boolean same = Float.compare(actual, rounded) == 0;
      boolean close = Math.abs(actual - exact) <= f.bound * Math.ulp(rounded);
      assertTrue(
          same || Float.isFinite(rounded) && close,
          () -> f + " of " + in + " is " + actual + ", not " + exact);
    }
  }
}
