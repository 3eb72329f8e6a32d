package lanewise.backend.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** Copies between tensors, which are segments, and the scratch arrays of the micro-kernels. */
final class Transfer {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private Transfer() {}

  /** Copies {@code count} elements from element {@code start} of a segment on. */
  static void load(MemorySegment from, long start, float[] to, int at, int count) {
    MemorySegment source = from.asSlice(start * Float.BYTES, count * (long) Float.BYTES);
    int whole = SPECIES.loopBound(count);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector.fromMemorySegment(SPECIES, source, i * 4L, ORDER).intoArray(to, at + i);
    }
    if (whole < count) {
      VectorMask<Float> rest = SPECIES.indexInRange(whole, count);
      FloatVector.fromMemorySegment(SPECIES, source, whole * 4L, ORDER, rest)
          .intoArray(to, at + whole, rest);
    }
  }

  /** Copies {@code count} elements of each of some rows, {@code stride} apart, as {@link #load}. */
  static void loadTile(
      MemorySegment from,
      long start,
      int stride,
      int rows,
      int count,
      float[] to,
      int at,
      int apart) {
    MemorySegment source =
        from.asSlice(start * Float.BYTES, ((rows - 1L) * stride + count) * Float.BYTES);
    int whole = SPECIES.loopBound(count);
    VectorMask<Float> rest = SPECIES.indexInRange(whole, count);
    for (int r = 0; r < rows; r++) {
      long row = (long) r * stride * Float.BYTES;
      int target = at + r * apart;
      for (int i = 0; i < whole; i += Lanes.COUNT) {
        FloatVector.fromMemorySegment(SPECIES, source, row + i * 4L, ORDER)
            .intoArray(to, target + i);
      }
      if (whole < count) {
        FloatVector.fromMemorySegment(SPECIES, source, row + whole * 4L, ORDER, rest)
            .intoArray(to, target + whole, rest);
      }
    }
  }

  /**
   * Cuts {@code count} elements of each of some rows, {@code stride} apart, into pieces: those of a
   * panel lie {@code width} apart, panels {@code apart}, and the last one is filled up with zeros.
   */
  static void loadPanels(
      MemorySegment from,
      long start,
      int stride,
      int rows,
      int count,
      int width,
      float[] to,
      int at,
      int apart) {
    MemorySegment source =
        from.asSlice(start * Float.BYTES, ((rows - 1L) * stride + count) * Float.BYTES);
    int whole = SPECIES.loopBound(count);
    VectorMask<Float> rest = SPECIES.indexInRange(whole, count);
    int end = Blocks.roundUp(count, width);
    for (int r = 0; r < rows; r++) {
      long row = (long) r * stride * Float.BYTES;
      int target = at + r * width;
      int left = width;
      for (int i = 0; i < whole; i += Lanes.COUNT) {
        FloatVector.fromMemorySegment(SPECIES, source, row + i * 4L, ORDER).intoArray(to, target);
        target += Lanes.COUNT;
        left -= Lanes.COUNT;
        if (left == 0) {
          target += apart - width;
          left = width;
        }
      }
      if (whole < end) {
        // Without lanes left, the masked vector is zero.
        FloatVector.fromMemorySegment(SPECIES, source, row + whole * 4L, ORDER, rest)
            .intoArray(to, target);
        for (int i = Lanes.COUNT; i < left; i += Lanes.COUNT) {
          FloatVector.zero(SPECIES).intoArray(to, target + i);
        }
      }
    }
  }

  /**
   * Cuts {@code count} elements into pieces of {@link MicroKernels#COLUMNS} and lays them {@code
   * apart} elements from one another, the last one filled up with zeros.
   */
  static void loadPieces(MemorySegment from, long start, int count, float[] to, int at, int apart) {
    int columns = MicroKernels.COLUMNS;
    MemorySegment source = from.asSlice(start * Float.BYTES, count * (long) Float.BYTES);
    int whole = count / columns;
    for (int piece = 0; piece < whole; piece++) {
      long offset = piece * (4L * columns);
      int target = at + piece * apart;
      FloatVector.fromMemorySegment(SPECIES, source, offset, ORDER).intoArray(to, target);
      FloatVector.fromMemorySegment(SPECIES, source, offset + Lanes.COUNT * 4L, ORDER)
          .intoArray(to, target + Lanes.COUNT);
    }
    int rest = count - whole * columns;
    if (rest > 0) {
      int target = at + whole * apart;
      load(from, start + count - rest, to, target, rest);
      Arrays.fill(to, target + rest, target + columns, 0);
    }
  }

  /** Copies {@code count} elements to element {@code start} of a segment and on. */
  static void store(float[] from, int at, MemorySegment to, long start, int count) {
    MemorySegment target = to.asSlice(start * Float.BYTES, count * (long) Float.BYTES);
    int whole = SPECIES.loopBound(count);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector.fromArray(SPECIES, from, at + i).intoMemorySegment(target, i * 4L, ORDER);
    }
    if (whole < count) {
      VectorMask<Float> rest = SPECIES.indexInRange(whole, count);
      FloatVector.fromArray(SPECIES, from, at + whole, rest)
          .intoMemorySegment(target, whole * 4L, ORDER, rest);
    }
  }

  /** Copies rows of {@link MicroKernels#COLUMNS} elements to places {@code stride} apart. */
  static void storeTile(float[] from, int at, MemorySegment to, long start, int stride, int rows) {
    int columns = MicroKernels.COLUMNS;
    MemorySegment target =
        to.asSlice(start * Float.BYTES, ((rows - 1L) * stride + columns) * Float.BYTES);
    for (int r = 0; r < rows; r++) {
      long offset = (long) r * stride * Float.BYTES;
      int source = at + r * columns;
      FloatVector.fromArray(SPECIES, from, source).intoMemorySegment(target, offset, ORDER);
      FloatVector.fromArray(SPECIES, from, source + Lanes.COUNT)
          .intoMemorySegment(target, offset + Lanes.COUNT * 4L, ORDER);
    }
  }

  /** {@code to += from}. */
  static void add(float[] from, int at, float[] to, int start, int count) {
    int whole = SPECIES.loopBound(count);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector.fromArray(SPECIES, to, start + i)
          .add(FloatVector.fromArray(SPECIES, from, at + i))
          .intoArray(to, start + i);
    }
    if (whole < count) {
      VectorMask<Float> rest = SPECIES.indexInRange(whole, count);
      FloatVector.fromArray(SPECIES, to, start + whole, rest)
          .add(FloatVector.fromArray(SPECIES, from, at + whole, rest))
          .intoArray(to, start + whole, rest);
    }
  }

  /** {@code values *= alpha}. */
  static void scale(float alpha, float[] values, int at, int count) {
    for (int i = 0; i < count; i++) {
      values[at + i] *= alpha;
    }
  }

  /** {@code to = alpha * from + beta * to}. */
  static void blend(
      float alpha, float[] from, int at, float beta, MemorySegment to, long start, int count) {
    MemorySegment target = to.asSlice(start * Float.BYTES, count * (long) Float.BYTES);
    for (int i = 0; i < count; i++) {
      float old = target.getAtIndex(JAVA_FLOAT, i);
      target.setAtIndex(JAVA_FLOAT, i, alpha * from[at + i] + beta * old);
    }
  }

  /**
   * Cuts an array into pieces and lays them {@code stride} apart.
   *
   * @param length of a piece, a multiple of every vector's length
   */
  static void spread(float[] from, int pieces, int length, float[] to, int at, int stride) {
    for (int piece = 0; piece < pieces; piece++) {
      for (int i = 0; i < length; i += Lanes.COUNT) {
        FloatVector.fromArray(SPECIES, from, piece * length + i)
            .intoArray(to, at + piece * stride + i);
      }
    }
  }

  /** The inverse of {@link #spread}. */
  static void collect(float[] from, int at, int stride, int pieces, int length, float[] to) {
    for (int piece = 0; piece < pieces; piece++) {
      for (int i = 0; i < length; i += Lanes.COUNT) {
        FloatVector.fromArray(SPECIES, from, at + piece * stride + i)
            .intoArray(to, piece * length + i);
      }
    }
  }

  /**
   * Writes the first {@code columns} columns of {@code rows} rows, {@code stride} apart, as rows.
   */
  static void transpose(float[] from, int rows, int stride, int columns, float[] to, int at) {
    for (int column = 0; column < columns; column++) {
      for (int row = 0; row < rows; row++) {
        to[at + column * rows + row] = from[row * stride + column];
      }
    }
  }
}
