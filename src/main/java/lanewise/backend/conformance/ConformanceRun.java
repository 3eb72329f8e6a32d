package lanewise.backend.conformance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import lanewise.backend.Backend;
import lanewise.backend.ElementType;
import lanewise.backend.Precision;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.backend.conformance.ConformanceCase.Fill;
import lanewise.backend.conformance.ConformanceCase.Operand;
import lanewise.backend.conformance.ConformanceCase.Tolerance;

/** Runs one case of the conformance table on one backend, between guards. */
public final class ConformanceRun {
  /** Odd, because tensors inside of a network's block of parameters are not aligned either. */
  private static final int GUARD = 67;

  /** A NaN: what is read from a guard shows in the result. */
  private static final int GUARD_BITS = 0x7fc5_e471;

  /** In place of NaNs, whose payload would be rounded away: as large as shows in any result. */
  private static final float BF16_GUARD = 0x1.54p120f;

  private static final float BF16_POISON = 0x1.a6p121f;

  private final Backend backend;
  private final ElementType activations;

  private ConformanceRun(Backend backend, ElementType activations) {
    this.backend = backend;
    this.activations = activations;
  }

  /** A tensor with guards on both sides, and what was put into it. */
  private record Guarded(Tensor whole, Tensor part, float[] content, float guard, float poison) {}

  /**
   * Holds {@code tested} to {@code reference}.
   *
   * @param precision of {@code tested}; the reference gets operands rounded as it stores them
   */
  public static Verdict judge(
      ConformanceCase row, Backend tested, Backend reference, Precision precision) {
    ElementType activations = precision == Precision.BF16 ? ElementType.BF16 : ElementType.F32;
    Tolerance tolerance = row.tolerance(precision);
    try {
      List<float[]> actual = outputs(row, tested, activations);
      List<float[]> expected = outputs(row, reference, activations);
      double error = 0;
      for (int i = 0; i < expected.size(); i++) {
        error = Math.max(error, error(expected.get(i), actual.get(i), tolerance));
      }
      for (int i = 0; i < expected.size(); i++) {
        checkClose("output " + i, expected.get(i), actual.get(i), tolerance);
      }
      return new Verdict(row, error, tolerance.limit(), null);
    } catch (RuntimeException e) {
      return new Verdict(row, Double.POSITIVE_INFINITY, tolerance.limit(), e.getMessage());
    }
  }

  /**
   * The outputs, after checking that nothing outside of them was written and all of them was.
   *
   * @return the elements of each output in PyTorch's order
   * @throws NonconformanceException if something else was
   */
  public static List<float[]> outputs(ConformanceCase row, Backend backend) {
    return outputs(row, backend, ElementType.F32);
  }

  /** {@link #outputs(ConformanceCase, Backend)} with activations rounded to a type. */
  private static List<float[]> outputs(
      ConformanceCase row, Backend backend, ElementType activations) {
    ConformanceRun run = new ConformanceRun(backend, activations);
    Random random = new Random(row.name().hashCode());
    try (Scope _ = backend.scope()) {
      List<Guarded> inputs = row.inputs().stream().map(o -> run.guarded(o, random)).toList();
      List<Guarded> outputs = row.outputs().stream().map(o -> run.guarded(o, random)).toList();
      row.operation().run(backend, parts(inputs), parts(outputs));
      backend.sync();
      for (int i = 0; i < inputs.size(); i++) {
        run.checkGuards("input " + i, inputs.get(i));
        checkBits("input " + i, inputs.get(i).content(), run.read(inputs.get(i).part()));
      }
      List<float[]> results = new ArrayList<>();
      for (int i = 0; i < outputs.size(); i++) {
        run.checkGuards("output " + i, outputs.get(i));
        float[] result = run.read(outputs.get(i).part());
        checkPoison("output " + i, result, outputs.get(i).poison());
        results.add(result);
      }
      return results;
    }
  }

  private Guarded guarded(Operand operand, Random random) {
    Shape shape = operand.shape();
    boolean rounded = operand.type(activations) == ElementType.BF16;
    float guard = rounded ? BF16_GUARD : Float.intBitsToFloat(GUARD_BITS);
    float poison = rounded ? BF16_POISON : Float.intBitsToFloat(Fill.POISON_BITS);
    float[] content = operand.values(random);
    for (int i = 0; rounded && i < content.length; i++) {
      boolean isPoison = Float.floatToRawIntBits(content[i]) == Fill.POISON_BITS;
      content[i] = isPoison ? poison : toBf16(content[i]);
    }
    Shape around = Shape.vector(shape.size() + 2 * GUARD);
    Tensor whole = rounded ? backend.allocateActivation(around) : backend.allocate(around);
    float[] guards = new float[around.size()];
    Arrays.fill(guards, guard);
    backend.upload(guards, whole);
    Tensor part = whole.part(GUARD, shape);
    backend.upload(content, part);
    return new Guarded(whole, part, content, guard, poison);
  }

  /** The nearest number of 8 bits of precision, of two the even one. */
  private static float toBf16(float x) {
    if (!Float.isFinite(x)) {
      return x;
    }
    int bits = Float.floatToRawIntBits(x);
    int even = bits >>> 16 & 1;
    return Float.intBitsToFloat(bits + 0x7fff + even & 0xffff_0000);
  }

  private static Tensor[] parts(List<Guarded> operands) {
    return operands.stream().map(Guarded::part).toArray(Tensor[]::new);
  }

  private float[] read(Tensor tensor) {
    float[] values = new float[tensor.shape().size()];
    backend.read(tensor, values);
    return values;
  }

  private void checkGuards(String operand, Guarded guarded) {
    float[] all = read(guarded.whole());
    int guard = Float.floatToRawIntBits(guarded.guard());
    for (int i = 0; i < GUARD; i++) {
      if (Float.floatToRawIntBits(all[GUARD - 1 - i]) != guard) {
        throw new NonconformanceException(
            "written before " + operand + ", by " + (i + 1) + " elements");
      }
      if (Float.floatToRawIntBits(all[all.length - GUARD + i]) != guard) {
        throw new NonconformanceException(
            "written behind %s, by %d elements".formatted(operand, i + 1));
      }
    }
  }

  private static void checkPoison(String operand, float[] result, float poison) {
    int bits = Float.floatToRawIntBits(poison);
    for (int i = 0; i < result.length; i++) {
      if (Float.floatToRawIntBits(result[i]) == bits) {
        throw new NonconformanceException(
            "%s: element %d was not written, or what it held before was used"
                .formatted(operand, i));
      }
    }
  }

  /** Throws if two results differ in any bit. */
  public static void checkBits(String operand, float[] expected, float[] actual) {
    for (int i = 0; i < expected.length; i++) {
      if (Float.floatToRawIntBits(expected[i]) != Float.floatToRawIntBits(actual[i])) {
        throw new NonconformanceException(
            "%s: element %d is %s, not %s".formatted(operand, i, actual[i], expected[i]));
      }
    }
  }

  /** Throws if an element is farther from the reference than the tolerance allows. */
  static void checkClose(String operand, float[] expected, float[] actual, Tolerance tolerance) {
    double scale = scale(expected);
    int wrong = 0;
    int worst = 0;
    double largest = -1;
    for (int i = 0; i < expected.length; i++) {
      double error = tolerance.error(actual[i], expected[i], scale);
      wrong += error <= tolerance.limit() ? 0 : 1;
      if (error > largest) {
        largest = error;
        worst = i;
      }
    }
    if (wrong > 0) {
      throw new NonconformanceException(
          "%s: %d of %d elements differ; the worst is element %d: %s, not %s (largest: %s)"
              .formatted(
                  operand, wrong, expected.length, worst, actual[worst], expected[worst], scale));
    }
  }

  private static double error(float[] expected, float[] actual, Tolerance tolerance) {
    double scale = scale(expected);
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, tolerance.error(actual[i], expected[i], scale));
    }
    return largest;
  }

  private static double scale(float[] expected) {
    double scale = 0;
    for (float value : expected) {
      if (Float.isFinite(value)) {
        scale = Math.max(scale, Math.abs(value));
      }
    }
    return scale;
  }
}
