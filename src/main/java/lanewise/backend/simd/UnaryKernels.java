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
   * Applies f to {@code count} elements of both from {@code start} on.
   *
   * @param count a multiple of the vector's length
   */
  static void apply(Unary f, MemorySegment x, MemorySegment y, int start, int count) {
    switch (f) {
      case Unary.Affine(float scale, float shift) -> affine(scale, shift, x, y, start, count);
      case Unary.LeakyRelu(float slope) -> leakyRelu(slope, x, y, start, count);
      case Unary.Clip(float low, float high) -> clip(low, high, x, y, start, count);
      case Unary.Elementary elementary -> {
        switch (elementary) {
          case EXP -> exp(x, y, start, count);
          case LOG -> log(x, y, start, count);
          case SQRT -> sqrt(x, y, start, count);
          case RECIPROCAL -> reciprocal(x, y, start, count);
          case ABS -> abs(x, y, start, count);
          case SIGN -> sign(x, y, start, count);
          case SQUARE -> square(x, y, start, count);
          case TANH -> tanh(x, y, start, count);
          case SIGMOID -> sigmoid(x, y, start, count);
          case SOFTPLUS -> softplus(x, y, start, count);
        }
      }
    }
  }

  private static void affine(
      float scale, float shift, MemorySegment x, MemorySegment y, int start, int count) {
    MemorySegment xs = Lanes.slice(x, start, count);
    MemorySegment ys = Lanes.slice(y, start, count);
    FloatVector a = FloatVector.broadcast(SPECIES, scale);
    FloatVector b = FloatVector.broadcast(SPECIES, shift);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, xs, i * 4L, ORDER);
      v.fma(a, b).intoMemorySegment(ys, i * 4L, ORDER);
    }
  }

  private static void leakyRelu(
      float slope, MemorySegment x, MemorySegment y, int start, int count) {
    MemorySegment xs = Lanes.slice(x, start, count);
    MemorySegment ys = Lanes.slice(y, start, count);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, xs, i * 4L, ORDER);
      v.mul(slope).blend(v, v.compare(GT, 0)).intoMemorySegment(ys, i * 4L, ORDER);
    }
  }

  private static void clip(
      float low, float high, MemorySegment x, MemorySegment y, int start, int count) {
    MemorySegment xs = Lanes.slice(x, start, count);
    MemorySegment ys = Lanes.slice(y, start, count);
    FloatVector least = FloatVector.broadcast(SPECIES, low);
    FloatVector most = FloatVector.broadcast(SPECIES, high);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, xs, i * 4L, ORDER);
      v.max(least).min(most).intoMemorySegment(ys, i * 4L, ORDER);
    }
  }

  private static void exp(MemorySegment x, MemorySegment y, int start, int count) {
    MemorySegment xs = Lanes.slice(x, start, count);
    MemorySegment ys = Lanes.slice(y, start, count);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, xs, i * 4L, ORDER);
      VectorMath.exp(v).intoMemorySegment(ys, i * 4L, ORDER);
    }
  }

  private static void log(MemorySegment x, MemorySegment y, int start, int count) {
    MemorySegment xs = Lanes.slice(x, start, count);
    MemorySegment ys = Lanes.slice(y, start, count);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, xs, i * 4L, ORDER);
      VectorMath.log(v).intoMemorySegment(ys, i * 4L, ORDER);
    }
  }

  private static void sqrt(MemorySegment x, MemorySegment y, int start, int count) {
    MemorySegment xs = Lanes.slice(x, start, count);
    MemorySegment ys = Lanes.slice(y, start, count);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, xs, i * 4L, ORDER);
      v.sqrt().intoMemorySegment(ys, i * 4L, ORDER);
    }
  }

  private static void reciprocal(MemorySegment x, MemorySegment y, int start, int count) {
    MemorySegment xs = Lanes.slice(x, start, count);
    MemorySegment ys = Lanes.slice(y, start, count);
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, xs, i * 4L, ORDER);
      one.div(v).intoMemorySegment(ys, i * 4L, ORDER);
    }
  }

  private static void abs(MemorySegment x, MemorySegment y, int start, int count) {
    MemorySegment xs = Lanes.slice(x, start, count);
    MemorySegment ys = Lanes.slice(y, start, count);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, xs, i * 4L, ORDER);
      v.abs().intoMemorySegment(ys, i * 4L, ORDER);
    }
  }

  private static void sign(MemorySegment x, MemorySegment y, int start, int count) {
    MemorySegment xs = Lanes.slice(x, start, count);
    MemorySegment ys = Lanes.slice(y, start, count);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, xs, i * 4L, ORDER);
      v.blend(1, v.compare(GT, 0)).blend(-1, v.compare(LT, 0)).intoMemorySegment(ys, i * 4L, ORDER);
    }
  }

  private static void square(MemorySegment x, MemorySegment y, int start, int count) {
    MemorySegment xs = Lanes.slice(x, start, count);
    MemorySegment ys = Lanes.slice(y, start, count);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, xs, i * 4L, ORDER);
      v.mul(v).intoMemorySegment(ys, i * 4L, ORDER);
    }
  }

  private static void tanh(MemorySegment x, MemorySegment y, int start, int count) {
    MemorySegment xs = Lanes.slice(x, start, count);
    MemorySegment ys = Lanes.slice(y, start, count);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, xs, i * 4L, ORDER);
      VectorMath.tanh(v).intoMemorySegment(ys, i * 4L, ORDER);
    }
  }

  private static void sigmoid(MemorySegment x, MemorySegment y, int start, int count) {
    MemorySegment xs = Lanes.slice(x, start, count);
    MemorySegment ys = Lanes.slice(y, start, count);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, xs, i * 4L, ORDER);
      VectorMath.sigmoid(v).intoMemorySegment(ys, i * 4L, ORDER);
    }
  }

  private static void softplus(MemorySegment x, MemorySegment y, int start, int count) {
    MemorySegment xs = Lanes.slice(x, start, count);
    MemorySegment ys = Lanes.slice(y, start, count);
    for (int i = 0; i < count; i += Lanes.COUNT) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, xs, i * 4L, ORDER);
      VectorMath.softplus(v).intoMemorySegment(ys, i * 4L, ORDER);
    }
  }
}
