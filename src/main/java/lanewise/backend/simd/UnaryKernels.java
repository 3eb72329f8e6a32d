package lanewise.backend.simd;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import lanewise.backend.Unary;

/**
 * {@code y = f(x)} for whole vectors: one small loop for each function, so that the compiler sees
 * straight code. y may be x.
 */
final class UnaryKernels {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private UnaryKernels() {}

  /**
   * Applies f to the first {@code count} elements.
   *
   * @param count a multiple of the vector's length
   */
  static void apply(Unary f, MemorySegment x, MemorySegment y, int count) {
    switch (f) {
      case Unary.Affine(float scale, float shift) -> affine(scale, shift, x, y, count);
      case Unary.LeakyRelu(float slope) -> leakyRelu(slope, x, y, count);
      case Unary.Elementary elementary -> {
        switch (elementary) {
          case EXP -> exp(x, y, count);
          case LOG -> log(x, y, count);
          case SQRT -> sqrt(x, y, count);
          case RECIPROCAL -> reciprocal(x, y, count);
          case ABS -> abs(x, y, count);
          case SIGN -> sign(x, y, count);
          case SQUARE -> square(x, y, count);
          case TANH -> tanh(x, y, count);
          case SIGMOID -> sigmoid(x, y, count);
          case SOFTPLUS -> softplus(x, y, count);
        }
      }
    }
  }

  private static void affine(
      float scale, float shift, MemorySegment x, MemorySegment y, int count) {
    FloatVector a = FloatVector.broadcast(SPECIES, scale);
    FloatVector b = FloatVector.broadcast(SPECIES, shift);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, i * 4L, ORDER);
      v.fma(a, b).intoMemorySegment(y, i * 4L, ORDER);
    }
  }

  private static void leakyRelu(float slope, MemorySegment x, MemorySegment y, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, i * 4L, ORDER);
      v.mul(slope).blend(v, v.compare(GT, 0)).intoMemorySegment(y, i * 4L, ORDER);
    }
  }

  private static void exp(MemorySegment x, MemorySegment y, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, i * 4L, ORDER);
      VectorMath.exp(v).intoMemorySegment(y, i * 4L, ORDER);
    }
  }

  private static void log(MemorySegment x, MemorySegment y, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, i * 4L, ORDER);
      VectorMath.log(v).intoMemorySegment(y, i * 4L, ORDER);
    }
  }

  private static void sqrt(MemorySegment x, MemorySegment y, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, i * 4L, ORDER);
      v.sqrt().intoMemorySegment(y, i * 4L, ORDER);
    }
  }

  private static void reciprocal(MemorySegment x, MemorySegment y, int count) {
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, i * 4L, ORDER);
      one.div(v).intoMemorySegment(y, i * 4L, ORDER);
    }
  }

  private static void abs(MemorySegment x, MemorySegment y, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, i * 4L, ORDER);
      v.abs().intoMemorySegment(y, i * 4L, ORDER);
    }
  }

  private static void sign(MemorySegment x, MemorySegment y, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, i * 4L, ORDER);
      v.blend(1, v.compare(GT, 0)).blend(-1, v.compare(LT, 0)).intoMemorySegment(y, i * 4L, ORDER);
    }
  }

  private static void square(MemorySegment x, MemorySegment y, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, i * 4L, ORDER);
      v.mul(v).intoMemorySegment(y, i * 4L, ORDER);
    }
  }

  private static void tanh(MemorySegment x, MemorySegment y, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, i * 4L, ORDER);
      VectorMath.tanh(v).intoMemorySegment(y, i * 4L, ORDER);
    }
  }

  private static void sigmoid(MemorySegment x, MemorySegment y, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, i * 4L, ORDER);
      VectorMath.sigmoid(v).intoMemorySegment(y, i * 4L, ORDER);
    }
  }

  private static void softplus(MemorySegment x, MemorySegment y, int count) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, i * 4L, ORDER);
      VectorMath.softplus(v).intoMemorySegment(y, i * 4L, ORDER);
    }
  }
}
