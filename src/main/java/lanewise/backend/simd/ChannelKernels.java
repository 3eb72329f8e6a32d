package lanewise.backend.simd;

import static jdk.incubator.vector.VectorOperators.GT;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The passes of normalisation that write: whole pixels, with coefficients from per-channel tables.
 *
 * <p>Tables are laid out as {@link ChannelPattern} says; vectors are read from them at a place that
 * moves with the pixels and returns at the end of a row.
 */
final class ChannelKernels {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private ChannelKernels() {}

  /**
   * {@code y = leakyRelu(scale * x + shift)} for {@code count} elements; y may be x.
   *
   * @param start of these elements in both
   * @param table where the tables of this sample start
   */
  static void affine(
      ChannelPattern pattern,
      MemorySegment x,
      MemorySegment y,
      int start,
      int count,
      float[] scale,
      float[] shift,
      int table,
      float slope) {
    MemorySegment xs = Lanes.slice(x, start, count);
    MemorySegment ys = Lanes.slice(y, start, count);
    int end = table + pattern.width();
    int whole = SPECIES.loopBound(count);
    int at = table;
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector z =
          FloatVector.fromMemorySegment(SPECIES, xs, i * 4L, ORDER)
              .fma(
                  FloatVector.fromArray(SPECIES, scale, at),
                  FloatVector.fromArray(SPECIES, shift, at));
      z.mul(slope).blend(z, z.compare(GT, 0)).intoMemorySegment(ys, i * 4L, ORDER);
      at += Lanes.COUNT;
      at = at >= end ? at - pattern.width() : at;
    }
    if (whole < count) {
      VectorMask<Float> rest = SPECIES.indexInRange(whole, count);
      FloatVector z =
          FloatVector.fromMemorySegment(SPECIES, xs, whole * 4L, ORDER, rest)
              .fma(
                  FloatVector.fromArray(SPECIES, scale, at),
                  FloatVector.fromArray(SPECIES, shift, at));
      z.mul(slope).blend(z, z.compare(GT, 0)).intoMemorySegment(ys, whole * 4L, ORDER, rest);
    }
  }

  /**
   * {@code dx = scale * dz + (xScale * x + xShift)}, where {@code dz = z > 0 ? dy : slope * dy} and
   * {@code z = scale * x + shift}, for {@code count} elements.
   *
   * @param start of these elements in all three
   * @param table where the tables of this sample start
   */
  static void affineGradient(
      ChannelPattern pattern,
      MemorySegment x,
      MemorySegment dy,
      MemorySegment dx,
      int start,
      int count,
      NormTables tables,
      int table,
      float slope) {
    MemorySegment xs = Lanes.slice(x, start, count);
    MemorySegment dys = Lanes.slice(dy, start, count);
    MemorySegment dxs = Lanes.slice(dx, start, count);
    int end = table + pattern.width();
    int whole = SPECIES.loopBound(count);
    float[] scales = tables.scale;
    float[] shifts = tables.shift;
    float[] xScales = tables.xScale;
    float[] xShifts = tables.xShift;
    int at = table;
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector scale = FloatVector.fromArray(SPECIES, scales, at);
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, xs, i * 4L, ORDER);
      FloatVector d = FloatVector.fromMemorySegment(SPECIES, dys, i * 4L, ORDER);
      FloatVector z = v.fma(scale, FloatVector.fromArray(SPECIES, shifts, at));
      FloatVector flow =
          v.fma(
              FloatVector.fromArray(SPECIES, xScales, at),
              FloatVector.fromArray(SPECIES, xShifts, at));
      d.mul(slope)
          .blend(d, z.compare(GT, 0))
          .fma(scale, flow)
          .intoMemorySegment(dxs, i * 4L, ORDER);
      at += Lanes.COUNT;
      at = at >= end ? at - pattern.width() : at;
    }
    if (whole < count) {
      VectorMask<Float> rest = SPECIES.indexInRange(whole, count);
      FloatVector scale = FloatVector.fromArray(SPECIES, scales, at);
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, xs, whole * 4L, ORDER, rest);
      FloatVector d = FloatVector.fromMemorySegment(SPECIES, dys, whole * 4L, ORDER, rest);
      FloatVector z = v.fma(scale, FloatVector.fromArray(SPECIES, shifts, at));
      FloatVector flow =
          v.fma(
              FloatVector.fromArray(SPECIES, xScales, at),
              FloatVector.fromArray(SPECIES, xShifts, at));
      d.mul(slope)
          .blend(d, z.compare(GT, 0))
          .fma(scale, flow)
          .intoMemorySegment(dxs, whole * 4L, ORDER, rest);
    }
  }
}
