package lanewise.backend.simd;

import static jdk.incubator.vector.VectorOperators.GT;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The sums that the backward pass of a normalisation needs: of dz and of {@code dz * (x - mean)},
 * where {@code dz = z > 0 ? dy : slope * dy} and {@code z = scale * x + shift}.
 */
final class NormSums {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int L = Lanes.COUNT;

  /** Two vectors side by side: their sums and coefficients fill the registers. */
  private static final int STRIP = 2 * L;

  private NormSums() {}

  /**
   * Sums over the columns of whole pixels, the last row being short if they do not fill it.
   *
   * @param start of their elements in both
   * @param table where the tables of this sample start
   * @param sums receives the sums of dz, and those of the products from {@code tableLength} on
   */
  static void sum(
      ChannelPattern pattern,
      MemorySegment x,
      MemorySegment dy,
      int start,
      int count,
      NormTables tables,
      int table,
      float slope,
      float[] sums) {
    int width = pattern.width();
    int products = pattern.tableLength();
    int rows = count / width;
    Arrays.fill(sums, 0, 2 * products, 0);
    int strips = rows == 0 ? 0 : width / STRIP * STRIP;
    for (int column = 0; column < strips; column += STRIP) {
      sumStrip(x, dy, start, rows, width, column, tables, table, slope, sums, products);
    }
    for (int column = strips; rows > 0 && column < width; column += L) {
      VectorMask<Float> lanes = ChannelPattern.lanes(column, width);
      sumVector(
          x, dy, start + column, rows, width, lanes, column, tables, table, slope, sums, products);
    }
    int last = rows * width;
    for (int column = 0; column < count - last; column += L) {
      VectorMask<Float> lanes = ChannelPattern.lanes(column, count - last);
      sumVector(
          x, dy, start + last + column, 1, 0, lanes, column, tables, table, slope, sums, products);
    }
  }

  private static void sumStrip(
      MemorySegment x,
      MemorySegment dy,
      int start,
      int rows,
      int stride,
      int column,
      NormTables tables,
      int table,
      float slope,
      float[] sums,
      int products) {
    long row = stride * 4L;
    long length = (rows - 1) * row + STRIP * 4L;
    MemorySegment xs = x.asSlice((start + column) * 4L, length);
    MemorySegment dys = dy.asSlice((start + column) * 4L, length);
    int at = table + column;
    FloatVector mean0 = FloatVector.fromArray(SPECIES, tables.mean, at);
    FloatVector mean1 = FloatVector.fromArray(SPECIES, tables.mean, at + L);
    FloatVector scale0 = FloatVector.fromArray(SPECIES, tables.scale, at);
    FloatVector scale1 = FloatVector.fromArray(SPECIES, tables.scale, at + L);
    FloatVector shift0 = FloatVector.fromArray(SPECIES, tables.shift, at);
    FloatVector shift1 = FloatVector.fromArray(SPECIES, tables.shift, at + L);
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = FloatVector.zero(SPECIES);
    FloatVector p0 = FloatVector.zero(SPECIES);
    FloatVector p1 = FloatVector.zero(SPECIES);
    for (int r = 0; r < rows; r++) {
      long o = r * row;
      FloatVector x0 = FloatVector.fromMemorySegment(SPECIES, xs, o, ORDER);
      FloatVector x1 = FloatVector.fromMemorySegment(SPECIES, xs, o + L * 4L, ORDER);
      FloatVector d0 = FloatVector.fromMemorySegment(SPECIES, dys, o, ORDER);
      FloatVector d1 = FloatVector.fromMemorySegment(SPECIES, dys, o + L * 4L, ORDER);
      d0 = d0.mul(slope).blend(d0, x0.fma(scale0, shift0).compare(GT, 0));
      d1 = d1.mul(slope).blend(d1, x1.fma(scale1, shift1).compare(GT, 0));
      s0 = s0.add(d0);
      s1 = s1.add(d1);
      p0 = x0.sub(mean0).fma(d0, p0);
      p1 = x1.sub(mean1).fma(d1, p1);
    }
    s0.intoArray(sums, column);
    s1.intoArray(sums, column + L);
    p0.intoArray(sums, products + column);
    p1.intoArray(sums, products + column + L);
  }

  private static void sumVector(
      MemorySegment x,
      MemorySegment dy,
      int start,
      int rows,
      int stride,
      VectorMask<Float> lanes,
      int column,
      NormTables tables,
      int table,
      float slope,
      float[] sums,
      int products) {
    long row = stride * 4L;
    long length = (rows - 1) * row + lanes.trueCount() * 4L;
    MemorySegment xs = x.asSlice(start * 4L, length);
    MemorySegment dys = dy.asSlice(start * 4L, length);
    FloatVector mean = FloatVector.fromArray(SPECIES, tables.mean, table + column);
    FloatVector scale = FloatVector.fromArray(SPECIES, tables.scale, table + column);
    FloatVector shift = FloatVector.fromArray(SPECIES, tables.shift, table + column);
    FloatVector s = FloatVector.fromArray(SPECIES, sums, column);
    FloatVector p = FloatVector.fromArray(SPECIES, sums, products + column);
    for (int r = 0; r < rows; r++) {
      FloatVector v = FloatVector.fromMemorySegment(SPECIES, xs, r * row, ORDER, lanes);
      FloatVector d = FloatVector.fromMemorySegment(SPECIES, dys, r * row, ORDER, lanes);
      d = d.mul(slope).blend(d, v.fma(scale, shift).compare(GT, 0));
      s = s.add(d);
      p = v.sub(mean, lanes).fma(d, p);
    }
    s.intoArray(sums, column);
    p.intoArray(sums, products + column);
  }
}
