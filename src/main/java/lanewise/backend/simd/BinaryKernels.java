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
   * Applies f to {@code count} elements of all three from {@code start} on.
   *
   * @param count a multiple of the vector's length
   */
  static void apply(
      Binary f, MemorySegment a, MemorySegment b, MemorySegment y, int start, int count) {
    switch (f) {
      case Binary.LeakyReluGradient(float slope) -> leakyReluGradient(slope, a, b, y, start, count);
      case Binary.Arithmetic arithmetic -> {
        switch (arithmetic) {
          case ADD -> add(a, b, y, start, count);
          case SUB -> sub(a, b, y, start, count);
          case MUL -> mul(a, b, y, start, count);
          case DIV -> div(a, b, y, start, count);
        }
      }
    }
  }

  private static void add(MemorySegment a, MemorySegment b, MemorySegment y, int start, int count) {
    MemorySegment as = Lanes.slice(a, start, count);
    MemorySegment bs = Lanes.slice(b, start, count);
    MemorySegment ys = Lanes.slice(y, start, count);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector u = FloatVector.fromMemorySegment(SPECIES, as, i * 4L, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, bs, i * 4L, ORDER);
      u.add(v).intoMemorySegment(ys, i * 4L, ORDER);
    }
  }

  private static void sub(MemorySegment a, MemorySegment b, MemorySegment y, int start, int count) {
    MemorySegment as = Lanes.slice(a, start, count);
    MemorySegment bs = Lanes.slice(b, start, count);
    MemorySegment ys = Lanes.slice(y, start, count);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector u = FloatVector.fromMemorySegment(SPECIES, as, i * 4L, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, bs, i * 4L, ORDER);
      u.sub(v).intoMemorySegment(ys, i * 4L, ORDER);
    }
  }

  private static void mul(MemorySegment a, MemorySegment b, MemorySegment y, int start, int count) {
    MemorySegment as = Lanes.slice(a, start, count);
    MemorySegment bs = Lanes.slice(b, start, count);
    MemorySegment ys = Lanes.slice(y, start, count);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector u = FloatVector.fromMemorySegment(SPECIES, as, i * 4L, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, bs, i * 4L, ORDER);
      u.mul(v).intoMemorySegment(ys, i * 4L, ORDER);
    }
  }

  private static void div(MemorySegment a, MemorySegment b, MemorySegment y, int start, int count) {
    MemorySegment as = Lanes.slice(a, start, count);
    MemorySegment bs = Lanes.slice(b, start, count);
    MemorySegment ys = Lanes.slice(y, start, count);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector u = FloatVector.fromMemorySegment(SPECIES, as, i * 4L, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, bs, i * 4L, ORDER);
      u.div(v).intoMemorySegment(ys, i * 4L, ORDER);
    }
  }

  private static void leakyReluGradient(
      float slope, MemorySegment x, MemorySegment dy, MemorySegment dx, int start, int count) {
    MemorySegment xs = Lanes.slice(x, start, count);
    MemorySegment dys = Lanes.slice(dy, start, count);
    MemorySegment dxs = Lanes.slice(dx, start, count);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector u = FloatVector.fromMemorySegment(SPECIES, xs, i * 4L, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, dys, i * 4L, ORDER);
      v.mul(slope).blend(v, u.compare(GT, 0)).intoMemorySegment(dxs, i * 4L, ORDER);
    }
  }

  /** {@code y += alpha * x}, count being a multiple of the vector's length. */
  static void accumulate(float alpha, MemorySegment x, MemorySegment y, int start, int count) {
    MemorySegment xs = Lanes.slice(x, start, count);
    MemorySegment ys = Lanes.slice(y, start, count);
    FloatVector a = FloatVector.broadcast(SPECIES, alpha);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector u = FloatVector.fromMemorySegment(SPECIES, xs, i * 4L, ORDER);
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, ys, i * 4L, ORDER);
      u.fma(a, v).intoMemorySegment(ys, i * 4L, ORDER);
    }
  }
}
