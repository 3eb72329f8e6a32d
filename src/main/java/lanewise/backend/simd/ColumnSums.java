package lanewise.backend.simd;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums, and sums of squares, of the columns of a matrix.
 *
 * <p>A strip of columns is summed over all rows in registers. Each lane adds up in row order, and
 * lanes are never added to each other here, so a sum does not depend on how the code was compiled.
 */
final class ColumnSums {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();
  private static final int L = Lanes.COUNT;

  private ColumnSums() {}

  /**
   * Sums the columns of whole pixels, the last row being short if they do not fill it.
   *
   * @param start of their elements
   */
  static void sum(ChannelPattern pattern, MemorySegment x, int start, int count, float[] sums) {
    int width = pattern.width();
    int rows = count / width;
    Arrays.fill(sums, 0, pattern.tableLength(), 0);
    sum(x, start, rows, width, width, sums);
    sumRow(x, start + rows * width, count - rows * width, sums);
  }

  /**
   * Adds the columns of a matrix to {@code sums}.
   *
   * @param start of the first row, in elements
   * @param stride from row to row
   */
  static void sum(MemorySegment x, int start, int rows, int stride, int width, float[] sums) {
    int strips = rows == 0 ? 0 : width / ChannelPattern.STRIP * ChannelPattern.STRIP;
    for (int column = 0; column < strips; column += ChannelPattern.STRIP) {
      sumStrip(x, start + column, rows, stride, column, sums);
    }
    for (int column = strips; rows > 0 && column < width; column += L) {
      VectorMask<Float> lanes = ChannelPattern.lanes(column, width);
      sumVector(x, start + column, rows, stride, lanes, column, sums);
    }
  }

  private static void sumRow(MemorySegment x, int start, int count, float[] sums) {
    for (int column = 0; column < count; column += L) {
      sumVector(x, start + column, 1, 0, ChannelPattern.lanes(column, count), column, sums);
    }
  }

  private static void sumStrip(
      MemorySegment x, int start, int rows, int stride, int column, float[] sums) {
    long row = stride * 4L;
    MemorySegment strip = x.asSlice(start * 4L, (rows - 1) * row + ChannelPattern.STRIP * 4L);
    FloatVector s0 = FloatVector.fromArray(SPECIES, sums, column);
    FloatVector s1 = FloatVector.fromArray(SPECIES, sums, column + L);
    FloatVector s2 = FloatVector.fromArray(SPECIES, sums, column + 2 * L);
    FloatVector s3 = FloatVector.fromArray(SPECIES, sums, column + 3 * L);
    for (int r = 0; r < rows; r++) {
      long at = r * row;
      s0 = s0.add(FloatVector.fromMemorySegment(SPECIES, strip, at, ORDER));
      s1 = s1.add(FloatVector.fromMemorySegment(SPECIES, strip, at + L * 4L, ORDER));
      s2 = s2.add(FloatVector.fromMemorySegment(SPECIES, strip, at + L * 8L, ORDER));
      s3 = s3.add(FloatVector.fromMemorySegment(SPECIES, strip, at + L * 12L, ORDER));
    }
    s0.intoArray(sums, column);
    s1.intoArray(sums, column + L);
    s2.intoArray(sums, column + 2 * L);
    s3.intoArray(sums, column + 3 * L);
  }

  private static void sumVector(
      MemorySegment x,
      int start,
      int rows,
      int stride,
      VectorMask<Float> lanes,
      int column,
      float[] sums) {
    long row = stride * 4L;
    MemorySegment strip = x.asSlice(start * 4L, (rows - 1) * row + lanes.trueCount() * 4L);
    FloatVector s = FloatVector.fromArray(SPECIES, sums, column);
    for (int r = 0; r < rows; r++) {
      s = s.add(FloatVector.fromMemorySegment(SPECIES, strip, r * row, ORDER, lanes));
    }
    s.intoArray(sums, column);
  }

  /**
   * Sums {@code x - center} and its square over the columns of whole pixels.
   *
   * @param start of their elements
   * @param center of each column, as a table of the pattern
   * @param sums receives the sums, and the sums of squares from {@code tableLength} on
   */
  static void moments(
      ChannelPattern pattern, MemorySegment x, int start, int count, float[] center, float[] sums) {
    int width = pattern.width();
    int squares = pattern.tableLength();
    int rows = count / width;
    Arrays.fill(sums, 0, 2 * squares, 0);
    int strips = rows == 0 ? 0 : width / ChannelPattern.STRIP * ChannelPattern.STRIP;
    for (int column = 0; column < strips; column += ChannelPattern.STRIP) {
      momentsStrip(x, start + column, rows, width, column, center, sums, squares);
    }
    for (int column = strips; rows > 0 && column < width; column += L) {
      VectorMask<Float> lanes = ChannelPattern.lanes(column, width);
      momentsVector(x, start + column, rows, width, lanes, column, center, sums, squares);
    }
    int last = rows * width;
    for (int column = 0; column < count - last; column += L) {
      VectorMask<Float> lanes = ChannelPattern.lanes(column, count - last);
      momentsVector(x, start + last + column, 1, 0, lanes, column, center, sums, squares);
    }
  }

  private static void momentsStrip(
      MemorySegment x,
      int start,
      int rows,
      int stride,
      int column,
      float[] center,
      float[] sums,
      int squares) {
    long row = stride * 4L;
    MemorySegment strip = x.asSlice(start * 4L, (rows - 1) * row + ChannelPattern.STRIP * 4L);
    FloatVector c0 = FloatVector.fromArray(SPECIES, center, column);
    FloatVector c1 = FloatVector.fromArray(SPECIES, center, column + L);
    FloatVector c2 = FloatVector.fromArray(SPECIES, center, column + 2 * L);
    FloatVector c3 = FloatVector.fromArray(SPECIES, center, column + 3 * L);
    FloatVector s0 = FloatVector.zero(SPECIES);
    FloatVector s1 = FloatVector.zero(SPECIES);
    FloatVector s2 = FloatVector.zero(SPECIES);
    FloatVector s3 = FloatVector.zero(SPECIES);
    FloatVector q0 = FloatVector.zero(SPECIES);
    FloatVector q1 = FloatVector.zero(SPECIES);
    FloatVector q2 = FloatVector.zero(SPECIES);
    FloatVector q3 = FloatVector.zero(SPECIES);
    for (int r = 0; r < rows; r++) {
      long at = r * row;
      FloatVector v0 = FloatVector.fromMemorySegment(SPECIES, strip, at, ORDER).sub(c0);
      FloatVector v1 = FloatVector.fromMemorySegment(SPECIES, strip, at + L * 4L, ORDER).sub(c1);
      FloatVector v2 = FloatVector.fromMemorySegment(SPECIES, strip, at + L * 8L, ORDER).sub(c2);
      FloatVector v3 = FloatVector.fromMemorySegment(SPECIES, strip, at + L * 12L, ORDER).sub(c3);
      s0 = s0.add(v0);
      s1 = s1.add(v1);
      s2 = s2.add(v2);
      s3 = s3.add(v3);
      q0 = v0.fma(v0, q0);
      q1 = v1.fma(v1, q1);
      q2 = v2.fma(v2, q2);
      q3 = v3.fma(v3, q3);
    }
    s0.intoArray(sums, column);
    s1.intoArray(sums, column + L);
    s2.intoArray(sums, column + 2 * L);
    s3.intoArray(sums, column + 3 * L);
    q0.intoArray(sums, squares + column);
    q1.intoArray(sums, squares + column + L);
    q2.intoArray(sums, squares + column + 2 * L);
    q3.intoArray(sums, squares + column + 3 * L);
  }

  private static void momentsVector(
      MemorySegment x,
      int start,
      int rows,
      int stride,
      VectorMask<Float> lanes,
      int column,
      float[] center,
      float[] sums,
      int squares) {
    long row = stride * 4L;
    MemorySegment strip = x.asSlice(start * 4L, (rows - 1) * row + lanes.trueCount() * 4L);
    FloatVector c = FloatVector.fromArray(SPECIES, center, column);
    FloatVector s = FloatVector.fromArray(SPECIES, sums, column);
    FloatVector q = FloatVector.fromArray(SPECIES, sums, squares + column);
    for (int r = 0; r < rows; r++) {
      // Subtracting under the mask leaves 0 in the lanes that were not loaded.
      FloatVector v =
          FloatVector.fromMemorySegment(SPECIES, strip, r * row, ORDER, lanes).sub(c, lanes);
      s = s.add(v);
      q = v.fma(v, q);
    }
    s.intoArray(sums, column);
    q.intoArray(sums, squares + column);
  }

  /** Adds the columns of each channel to {@code totals}, in column order. */
  static void fold(
      ChannelPattern pattern, float[] sums, int from, int count, double[] totals, int to) {
    int columns = Math.min(pattern.width(), count);
    for (int column = 0; column < columns; column += pattern.channels()) {
      for (int c = 0; c < pattern.channels(); c++) {
        totals[to + c] += sums[from + column + c];
      }
    }
  }
}
