package lanewise.backend.conformance;

import static lanewise.backend.conformance.ConformanceCase.in;
import static lanewise.backend.conformance.ConformanceCase.out;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.List;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Shape;
import lanewise.backend.Unary;
import lanewise.backend.conformance.ConformanceCase.Operation;
import lanewise.backend.conformance.ConformanceCase.Tolerance;
import org.junit.jupiter.api.Test;

/** That the conformance suite notices each kind of mistake it is there for. */
final class ConformanceRunTest {
  private static final float INFINITY = Float.POSITIVE_INFINITY;

  @Test
  void aCorrectOperationPasses() {
    assertDoesNotThrow(() -> run((b, in, out) -> b.copy(in[0], out[0])));
  }

  @Test
  void elementsThatWereNotWrittenAreNoticed() {
    assertNoticed(
        "element 6 was not written", (b, in, out) -> b.fill(out[0].part(0, Shape.vector(6)), 1));
  }

  @Test
  void useOfWhatTheOutputHeldIsNoticed() {
    assertNoticed("used", (b, in, out) -> b.accumulate(1, in[0], out[0]));
  }

  @Test
  void aChangedInputIsNoticed() {
    assertNoticed(
        "input 0",
        (b, in, out) -> {
          b.copy(in[0], out[0]);
          b.map(new Unary.Affine(1, 1), in[0], in[0]);
        });
  }

  @Test
  void writesAroundAnOutputAreNoticed() {
    for (int offset : new int[] {-1, 1}) {
      assertNoticed(
          offset < 0 ? "written before" : "written behind",
          (b, in, out) -> {
            b.copy(in[0], out[0]);
            MemorySegment output = out[0].segment();
            long at = offset < 0 ? -Float.BYTES : output.byteSize();
            MemorySegment.ofAddress(output.address() + at).reinterpret(4).fill((byte) 0);
          });
    }
  }

  @Test
  void elementsOutsideOfTheToleranceAreNoticed() {
    Tolerance percent = Tolerance.ofScale(0.01);
    assertDoesNotThrow(() -> close(percent, new float[] {100, 0.9f}, new float[] {100, 1.8f}));
    assertFar(percent, new float[] {100, 0.9f}, new float[] {100, 2});
    assertFar(Tolerance.ofElement(0.01, 1), new float[] {100, 0.9f}, new float[] {100, 0.92f});
    assertFar(Tolerance.EXACT, new float[] {1}, new float[] {Math.nextUp(1f)});
    for (Tolerance tolerance : List.of(percent, Tolerance.ofElement(1, 1))) {
      assertFar(tolerance, new float[] {1, Float.NaN}, new float[] {1, 1});
      assertFar(tolerance, new float[] {1, 1}, new float[] {1, Float.NaN});
      assertFar(tolerance, new float[] {1, INFINITY}, new float[] {1, Float.MAX_VALUE});
      assertFar(tolerance, new float[] {1, INFINITY}, new float[] {1, -INFINITY});
    }
  }

  private static void assertFar(Tolerance tolerance, float[] expected, float[] actual) {
    assertThrows(NonconformanceException.class, () -> close(tolerance, expected, actual));
  }

  private static void close(Tolerance tolerance, float[] expected, float[] actual) {
    ConformanceRun.checkClose("output", expected, actual, tolerance);
  }

  private static void assertNoticed(String message, Operation mistake) {
    NonconformanceException e = assertThrows(NonconformanceException.class, () -> run(mistake));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  private static void run(Operation operation) {
    Shape shape = Shape.vector(13);
    try (Backend backend = Backends.open("scalar")) {
      ConformanceRun.outputs(
          new ConformanceCase(
              "copy", List.of(in(shape)), List.of(out(shape)), Tolerance.EXACT, operation),
          backend);
    }
  }
}
