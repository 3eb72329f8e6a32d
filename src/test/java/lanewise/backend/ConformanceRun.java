package lanewise.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import lanewise.backend.ConformanceCase.Fill;
import lanewise.backend.ConformanceCase.Operand;
import lanewise.backend.ConformanceCase.Tolerance;

/** Runs one case of the conformance table on one backend, between guards. */
final class ConformanceRun {
  /** Odd, because tensors inside of a network's block of parameters are not aligned either. */
  private static final int GUARD = 67;

  /** A NaN: what is read from a guard shows in the result. */
  private static final int GUARD_BITS = 0x7fc5_e471;

  private final Backend backend;

  private ConformanceRun(Backend backend) {
    this.backend = backend;
  }

  /** A tensor with guards on both sides, and what was put into it. */
  private record Guarded(Tensor whole, Tensor part, float[] content) {}

  /**
   * The outputs, after checking that nothing outside of them was written and all of them was.
   *
   * @return the elements of each output in PyTorch's order
   */
  static List<float[]> outputs(ConformanceCase row, Backend backend) {
    ConformanceRun run = new ConformanceRun(backend);
    Random random = new Random(row.name().hashCode());
    try (Scope _ = backend.scope()) {
      List<Guarded> inputs = row.inputs().stream().map(o -> run.guarded(o, random)).toList();
      List<Guarded> outputs = row.outputs().stream().map(o -> run.guarded(o, random)).toList();
      row.operation().run(backend, parts(inputs), parts(outputs));
      backend.sync();
      for (int i = 0; i < inputs.size(); i++) {
        run.checkGuards("input " + i, inputs.get(i));
        assertBits("input " + i, inputs.get(i).content(), run.read(inputs.get(i).part()));
      }
      List<float[]> results = new ArrayList<>();
      for (int i = 0; i < outputs.size(); i++) {
        run.checkGuards("output " + i, outputs.get(i));
        float[] result = run.read(outputs.get(i).part());
        checkPoison("output " + i, result);
        results.add(result);
      }
      return results;
    }
  }

  private Guarded guarded(Operand operand, Random random) {
    Shape shape = operand.shape();
    Tensor whole = backend.allocate(Shape.vector(shape.size() + 2 * GUARD));
    float[] guards = new float[whole.shape().size()];
    Arrays.fill(guards, Float.intBitsToFloat(GUARD_BITS));
    backend.upload(guards, whole);
    Tensor part = whole.part(GUARD, shape);
    float[] content = operand.values(random);
    backend.upload(content, part);
    return new Guarded(whole, part, content);
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
    for (int i = 0; i < GUARD; i++) {
      int before = GUARD - 1 - i;
      int after = all.length - GUARD + i;
      assertEquals(
          GUARD_BITS,
          Float.floatToRawIntBits(all[before]),
          () -> "written before " + operand + ", by " + (GUARD - before) + " elements");
      assertEquals(
          GUARD_BITS,
          Float.floatToRawIntBits(all[after]),
          () -> "written behind " + operand + ", by " + (after - all.length + GUARD + 1));
    }
  }

  private static void checkPoison(String operand, float[] result) {
    for (int i = 0; i < result.length; i++) {
      if (Float.floatToRawIntBits(result[i]) == Fill.POISON_BITS) {
        fail(operand + ": element " + i + " was not written, or what it held before was used");
      }
    }
  }

  /** Fails if two results differ in any bit. */
  static void assertBits(String operand, float[] expected, float[] actual) {
    for (int i = 0; i < expected.length; i++) {
      if (Float.floatToRawIntBits(expected[i]) != Float.floatToRawIntBits(actual[i])) {
        fail("%s: element %d is %s, not %s".formatted(operand, i, actual[i], expected[i]));
      }
    }
  }

  /** Fails if an element is farther from the reference than the tolerance allows. */
  static void assertClose(String operand, float[] expected, float[] actual, Tolerance tolerance) {
    double scale = 0;
    for (float value : expected) {
      if (Float.isFinite(value)) {
        scale = Math.max(scale, Math.abs(value));
      }
    }
    int wrong = 0;
    int worst = -1;
    for (int i = 0; i < expected.length; i++) {
      float a = actual[i];
      float e = expected[i];
      boolean equal = a == e || Float.isNaN(a) && Float.isNaN(e);
      if (!equal && !(tolerance.accepts(a, e, scale) && Float.isFinite(e))) {
        wrong++;
        boolean worse = worst < 0 || Math.abs(a - e) > Math.abs(actual[worst] - expected[worst]);
        worst = worse ? i : worst;
      }
    }
    if (wrong > 0) {
      fail(
          "%s: %d of %d elements differ; the worst is element %d: %s, not %s (largest: %s)"
              .formatted(
                  operand, wrong, expected.length, worst, actual[worst], expected[worst], scale));
    }
  }
}
