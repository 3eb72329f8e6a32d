package lanewise.backend.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;
import lanewise.backend.AxisMap;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/**
 * Linear maps of the rows and columns of images, row by row of the result: rows are mixed into one,
 * whose pixels are mixed then. What is only moved is copied.
 */
final class AxisMaps {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** Elements that one chunk of work reads or writes, about. */
  private static final int CHUNK = 16 * 1024;

  private final Workers workers;

  /** A mixed row for each worker, and a row of the result. */
  private final Buffer[] mixed;

  private final Buffer[] results;

  AxisMaps(Workers workers) {
    this.workers = workers;
    mixed = Buffer.forEach(workers);
    results = Buffer.forEach(workers);
  }

  void resample(AxisMap rows, AxisMap columns, Tensor x, Tensor y) {
    Shape small = x.shape();
    Shape large = y.shape();
    MemorySegment from = x.segment();
    MemorySegment to = y.segment();
    int channels = small.c();
    int xRow = small.w() * channels;
    int yRow = large.w() * channels;
    boolean moves = onlyMoves(columns);
    int count = large.n() * large.h();
    int group = Math.max(1, CHUNK / Math.max(xRow, yRow));
    workers.run(
        Math.ceilDiv(count, group),
        (chunk, worker) -> {
          int end = Math.min(count, (chunk + 1) * group);
          for (int row = chunk * group; row < end; row++) {
            int n = row / large.h();
            int h = row % large.h();
            MemorySegment target = Lanes.slice(to, row * yRow, yRow);
            if (moves && rows.run(h) > 0) {
              int source = n * small.h() + rows.index(rows.start(h));
              move(columns, Lanes.slice(from, source * xRow, xRow), target, channels);
            } else {
              float[] sums = mixed[worker].atLeast(xRow + Lanes.COUNT);
              mixRows(rows, h, from, n * small.h() * xRow, xRow, sums);
              float[] result = sums;
              if (!columns.isIdentity()) {
                result = results[worker].atLeast(yRow + Lanes.COUNT);
                mixPixels(columns, sums, result, channels);
              }
              MemorySegment.copy(result, 0, target, JAVA_FLOAT, 0, yRow);
            }
          }
        });
  }

  /** Whether each output is an input or 0. */
  private static boolean onlyMoves(AxisMap map) {
    for (int i = 0; i < map.outputs(); i++) {
      if (map.run(i) == 0 && map.start(i) < map.start(i + 1)) {
        return false;
      }
    }
    return true;
  }

  /** Moves the pixels of a row, as many at once as stay neighbours. */
  private static void move(AxisMap map, MemorySegment x, MemorySegment y, int channels) {
    long pixel = channels * 4L;
    for (int w = 0; w < map.outputs(); ) {
      int run = map.run(w);
      if (run == 0) {
        y.asSlice(w * pixel, pixel).fill((byte) 0);
        w++;
      } else if (run * channels < Lanes.COUNT) {
        int at = map.index(map.start(w)) * channels;
        for (int c = 0; c < run * channels; c++) {
          y.setAtIndex(JAVA_FLOAT, w * channels + c, x.getAtIndex(JAVA_FLOAT, at + c));
        }
        w += run;
      } else {
        MemorySegment.copy(x, map.index(map.start(w)) * pixel, y, w * pixel, run * pixel);
        w += run;
      }
    }
  }

  /** {@code sums} = the rows that make up row h, by their weights. */
  private static void mixRows(
      AxisMap rows, int h, MemorySegment x, int sample, int length, float[] sums) {
    Arrays.fill(sums, 0, length, 0);
    for (int tap = rows.start(h); tap < rows.start(h + 1); tap++) {
      addRow(x, sample + rows.index(tap) * length, length, rows.weight(tap), sums);
    }
  }

  private static void addRow(MemorySegment x, int start, int length, float weight, float[] sums) {
    MemorySegment row = Lanes.slice(x, start, length);
    FloatVector weights = FloatVector.broadcast(SPECIES, weight);
    int whole = SPECIES.loopBound(length);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector.fromMemorySegment(SPECIES, row, i * 4L, ORDER)
          .fma(weights, FloatVector.fromArray(SPECIES, sums, i))
          .intoArray(sums, i);
    }
    if (whole < length) {
      VectorMask<Float> rest = SPECIES.indexInRange(whole, length);
      FloatVector.fromMemorySegment(SPECIES, row, whole * 4L, ORDER, rest)
          .fma(weights, FloatVector.fromArray(SPECIES, sums, whole, rest))
          .intoArray(sums, whole, rest);
    }
  }

  /**
   * {@code result} = the pixels that make up each, by their weights. The last vector of a pixel
   * goes beyond it, into what the next pixel overwrites.
   */
  private static void mixPixels(AxisMap columns, float[] row, float[] result, int channels) {
    for (int w = 0; w < columns.outputs(); w++) {
      int first = columns.start(w);
      int end = columns.start(w + 1);
      for (int c = 0; c < channels; c += Lanes.COUNT) {
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int tap = first; tap < end; tap++) {
          FloatVector pixel =
              FloatVector.fromArray(SPECIES, row, columns.index(tap) * channels + c);
          sum = pixel.fma(FloatVector.broadcast(SPECIES, columns.weight(tap)), sum);
        }
        sum.intoArray(result, w * channels + c);
      }
    }
  }
}
