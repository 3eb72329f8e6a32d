package lanewise.backend.simd;

import static jdk.incubator.vector.VectorOperators.GT;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import lanewise.backend.Binary;

/** {@code y = f(a, b)} for whole vectors, one small loop for each function; y may be a or b. */
final class BinaryKernels {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private BinaryKernels() {}

  /**
   * Applies f to the first {@code count} elements.
   *
   * @param count a multiple of the vector's length
   */
  static void apply(Binary f, MemorySegment a, MemorySegment b, MemorySegment y, int count) {
    switch (f) {
      case Binary.LeakyReluGradient(float slope) -> leakyReluGradient(slope, a, b, y, count);
      case Binary.Arithmetic arithmetic -> {
        switch (arithmetic) {
          case ADD -> add(a, b, y, count);
          case SUB -> sub(a, b, y, count);
          case MUL -> mul(a, b, y, count);
          case DIV -> div(a, b, y, count);
        }
      }
    }
  }

  private static void add(MemorySegment a, MemorySegment b, MemorySegment y, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector u = FloatVector.fromMemorySegment(SPECIES, a, i * 4L, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, b, i * 4L, ORDER);
      u.add(v).intoMemorySegment(y, i * 4L, ORDER);
    }
  }

  private static void sub(MemorySegment a, MemorySegment b, MemorySegment y, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector u = FloatVector.fromMemorySegment(SPECIES, a, i * 4L, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, b, i * 4L, ORDER);
      u.sub(v).intoMemorySegment(y, i * 4L, ORDER);
    }
  }

  private static void mul(MemorySegment a, MemorySegment b, MemorySegment y, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector u = FloatVector.fromMemorySegment(SPECIES, a, i * 4L, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, b, i * 4L, ORDER);
      u.mul(v).intoMemorySegment(y, i * 4L, ORDER);
    }
  }

  private static void div(MemorySegment a, MemorySegment b, MemorySegment y, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector u = FloatVector.fromMemorySegment(SPECIES, a, i * 4L, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, b, i * 4L, ORDER);
      u.div(v).intoMemorySegment(y, i * 4L, ORDER);
    }
  }

  private static void leakyReluGradient(
      float slope, MemorySegment x, MemorySegment dy, MemorySegment dx, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector u = FloatVector.fromMemorySegment(SPECIES, x, i * 4L, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, dy, i * 4L, ORDER);
      v.mul(slope).blend(v, u.compare(GT, 0)).intoMemorySegment(dx, i * 4L, ORDER);
    }
  }

  /** {@code y += alpha * x}, count being a multiple of the vector's length. */
  static void accumulate(float alpha, MemorySegment x, MemorySegment y, int count) {
    FloatVector a = FloatVector.broadcast(SPECIES, alpha);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector u = FloatVector.fromMemorySegment(SPECIES, x, i * 4L, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, y, i * 4L, ORDER);
      u.fma(a, v).intoMemorySegment(y, i * 4L, ORDER);
    }
  }
}
