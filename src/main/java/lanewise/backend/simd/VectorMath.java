package lanewise.backend.simd;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transcendental functions of the lanes of a vector.
 *
 * <p>They consist of operations that IEEE 754 defines to the last bit. The Vector API's own EXP,
 * LOG and TANH do not: interpreted they are {@link Math}'s, compiled they are those of a vector
 * library, and a training run would depend on when the compiler comes to a loop.
 *
 * <p>Infinities, zeros with their sign, subnormal numbers and NaN are treated as {@link Math} does.
 * The largest errors stated were measured over every 31st of all floats, against {@link Math} in
 * double; {@code VectorMathTest} repeats it over fewer.
 *
 * <p>Each function is short enough to be compiled into a loop as a whole, and calls others near its
 * beginning: beyond a number of nodes (NodeCountInliningCutoff) the compiler stops inlining, and
 * every vector is allocated.
 */
final class VectorMath {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;

  private static final float LOG2_E = (float) (1 / Math.log(2));

  /** ln 2 in two floats; their products with small integers are exact inside of an fma. */
  private static final float LN2_HIGH = (float) Math.log(2);

  private static final float LN2_LOW = (float) (Math.log(2) - LN2_HIGH);

  /** Adding it rounds to an integer, which then stands in the low bits of the sum. */
  private static final float ROUND = 0x1.8p23f;

  private static final int ROUND_BITS = Float.floatToRawIntBits(ROUND);
  private static final int EXPONENT_BIAS = 127;
  private static final int MANTISSA_BITS = 23;
  private static final int MANTISSA = (1 << MANTISSA_BITS) - 1;

  /** exp is 0 below and infinite above. */
  private static final float EXP_MIN = -104;

  private static final float EXP_MAX = 89;
  private static final float SQRT_HALF = (float) Math.sqrt(0.5);
  private static final int SQRT_HALF_BITS = Float.floatToRawIntBits(SQRT_HALF);

  /** From here on {@code 1 - 2 / (exp(2x) + 1)} is the more accurate form of tanh. */
  private static final float TANH_SMALL = 0.625f;

  private VectorMath() {}

  /** {@code exp(x) = 2^n exp(r)} with {@code |r| <= ln(2) / 2}; at most 0.94 ulp off. */
  static FloatVector exp(FloatVector x) {
    FloatVector in = x.max(EXP_MIN).min(EXP_MAX);
    FloatVector shifted = in.fma(LOG2_E, ROUND);
    FloatVector n = shifted.sub(ROUND);
    FloatVector r = n.fma(FloatVector.broadcast(SPECIES, -LN2_HIGH), in);
    r = n.fma(FloatVector.broadcast(SPECIES, -LN2_LOW), r);
    FloatVector p = FloatVector.broadcast(SPECIES, 1f / 5040);
    p = p.fma(r, FloatVector.broadcast(SPECIES, 1f / 720));
    p = p.fma(r, FloatVector.broadcast(SPECIES, 1f / 120));
    p = p.fma(r, FloatVector.broadcast(SPECIES, 1f / 24));
    p = p.fma(r, FloatVector.broadcast(SPECIES, 1f / 6));
    p = p.fma(r, FloatVector.broadcast(SPECIES, 0.5f));
    p = p.fma(r, FloatVector.broadcast(SPECIES, 1f));
    p = p.fma(r, FloatVector.broadcast(SPECIES, 1f));
    // In two factors: 2^n itself may be too large or too small for a float.
    IntVector exponent = shifted.reinterpretAsInts().sub(ROUND_BITS);
    IntVector half = exponent.lanewise(ASHR, 1);
    IntVector rest = exponent.sub(half);
    return p.mul(half.add(EXPONENT_BIAS).lanewise(LSHL, MANTISSA_BITS).reinterpretAsFloats())
        .mul(rest.add(EXPONENT_BIAS).lanewise(LSHL, MANTISSA_BITS).reinterpretAsFloats());
  }

  /** {@code log(x) = e ln(2) + log(m)} with m in [sqrt(1/2), sqrt(2)); at most 0.92 ulp off. */
  static FloatVector log(FloatVector x) {
    VectorMask<Float> subnormal = x.compare(LT, Float.MIN_NORMAL);
    IntVector bits = x.mul(0x1p23f, subnormal).reinterpretAsInts().sub(SQRT_HALF_BITS);
    FloatVector e =
        bits.lanewise(ASHR, MANTISSA_BITS)
            .add(ROUND_BITS)
            .reinterpretAsFloats()
            .sub(ROUND)
            .sub(MANTISSA_BITS, subnormal);
    FloatVector f = bits.and(MANTISSA).add(SQRT_HALF_BITS).reinterpretAsFloats().sub(1);
    FloatVector y = e.fma(FloatVector.broadcast(SPECIES, LN2_LOW), logOfOnePlus(f));
    y = e.fma(FloatVector.broadcast(SPECIES, LN2_HIGH), y);
    return y.blend(Float.NaN, x.compare(GE, 0).not())
        .blend(Float.NEGATIVE_INFINITY, x.compare(EQ, 0))
        .blend(Float.POSITIVE_INFINITY, x.compare(EQ, Float.POSITIVE_INFINITY));
  }

  /**
   * {@code log(1 + f) = 2 artanh(s)} with {@code s = f / (2 + f)}, for f in [sqrt(1/2) - 1, sqrt(2)
   * - 1); written as f and a small correction, because f is exact and s is not.
   */
  private static FloatVector logOfOnePlus(FloatVector f) {
    FloatVector s = f.div(f.add(2));
    FloatVector z = s.mul(s);
    FloatVector p = FloatVector.broadcast(SPECIES, 2f / 9);
    p = p.fma(z, FloatVector.broadcast(SPECIES, 2f / 7));
    p = p.fma(z, FloatVector.broadcast(SPECIES, 2f / 5));
    p = p.fma(z, FloatVector.broadcast(SPECIES, 2f / 3));
    return s.neg().fma(p.mul(z).neg().add(f), f);
  }

  /**
   * Lambert's continued fraction x / (1 + x^2 / (3 + x^2 / (5 + ...))) up to the 9 for small x, and
   * {@code 1 - 2 / (exp(2x) + 1)} beyond, both as {@code y (1 - p / q)}; at most 3.0 ulp off.
   */
  static FloatVector tanh(FloatVector x) {
    FloatVector e = exp(x.add(x));
    FloatVector z = x.mul(x);
    VectorMask<Float> small = z.compare(LT, TANH_SMALL * TANH_SMALL);
    FloatVector p = FloatVector.broadcast(SPECIES, 2f).blend(z.fma(14, 315).mul(z), small);
    FloatVector fraction = z.fma(15, 420).fma(z, FloatVector.broadcast(SPECIES, 945f));
    FloatVector q = e.add(1).blend(fraction, small);
    FloatVector y = FloatVector.broadcast(SPECIES, 1f).blend(x, small);
    return FloatVector.broadcast(SPECIES, 1f).sub(p.div(q)).mul(y);
  }

  /**
   * {@code 1 / (1 + exp(-x))}, or {@code exp(x) / (1 + exp(x))} for negative x; at most 2.5 ulp
   * off.
   */
  static FloatVector sigmoid(FloatVector x) {
    FloatVector e = exp(x.abs().neg());
    return FloatVector.broadcast(SPECIES, 1f).blend(e, x.compare(LT, 0)).div(e.add(1));
  }

  /** {@code max(x, 0) + log(1 + exp(-|x|))}; at most 1.8 ulp off. */
  static FloatVector softplus(FloatVector x) {
    FloatVector u = exp(x.abs().neg());
    // log(1 + u) for u in (0, 1]: halving 1 + u where it is large keeps the argument exact.
    VectorMask<Float> large = u.compare(GE, 2 * SQRT_HALF - 1);
    FloatVector f = u.sub(1, large).mul(0.5f, large);
    FloatVector y = logOfOnePlus(f).add(LN2_HIGH, large);
    return y.add(x.max(0));
  }
}
