package lanewise.backend.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import lanewise.backend.Padding;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/** Nearest upsampling and reflection padding with their adjoints, image row by image row. */
final class Resampling {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** Elements of the larger image that one chunk of work covers, about. */
  private static final int CHUNK = 16 * 1024;

  private final Workers workers;

  /** One row of an image for each worker; they grow and are kept. */
  private final float[][] rows;

  Resampling(Workers workers) {
    this.workers = workers;
    rows = new float[workers.threads()][0];
  }

  void upsampleNearest(int factor, Tensor x, Tensor y) {
    Shape shape = x.shape();
    MemorySegment from = x.segment();
    MemorySegment to = y.segment();
    int length = shape.w() * shape.c();
    long small = length * 4L;
    long large = small * factor;
    forEachRow(
        shape.n() * shape.h(),
        length * factor * factor,
        (row, worker) -> {
          long first = row * large * factor;
          widen(factor, from.asSlice(row * small, small), to.asSlice(first, large), shape);
          for (int i = 1; i < factor; i++) {
            MemorySegment.copy(to, first, to, first + i * large, large);
          }
        });
  }

  void upsampleNearestAdjoint(int factor, Tensor dy, Tensor dx) {
    Shape shape = dx.shape();
    MemorySegment from = dy.segment();
    MemorySegment to = dx.segment();
    int small = shape.w() * shape.c();
    int large = small * factor;
    grow(large + small);
    forEachRow(
        shape.n() * shape.h(),
        large * factor,
        (row, worker) -> {
          float[] sums = rows[worker];
          Arrays.fill(sums, 0, large + small, 0);
          for (int i = 0; i < factor; i++) {
            addRow(from, row * factor + i, large, sums);
          }
          for (int i = 0; i < factor; i++) {
            addPixels(sums, i, factor, shape.w(), shape.c(), large);
          }
          MemorySegment.copy(sums, large, to, JAVA_FLOAT, row * (small * 4L), small);
        });
  }

  /** Repeats each pixel of a row. */
  private static void widen(int factor, MemorySegment x, MemorySegment y, Shape shape) {
    int channels = shape.c();
    if (channels < Lanes.COUNT) {
      widenNarrow(factor, x, y, shape);
      return;
    }
    long pixel = channels * 4L;
    for (int w = 0; w < shape.w() * factor; w++) {
      MemorySegment.copy(x, w / factor * pixel, y, w * pixel, pixel);
    }
  }

  /** The same where a copy of a pixel is too short to be worth a call. */
  private static void widenNarrow(int factor, MemorySegment x, MemorySegment y, Shape shape) {
    int channels = shape.c();
    for (int w = 0, at = 0; w < shape.w(); w++) {
      for (int i = 0; i < factor; i++) {
        for (int c = 0; c < channels; c++) {
          y.setAtIndex(JAVA_FLOAT, at++, x.getAtIndex(JAVA_FLOAT, w * channels + c));
        }
      }
    }
  }

  /** Adds every {@code factor}-th pixel, from {@code first} on, to those from element "to" on. */
  private static void addPixels(
      float[] row, int first, int factor, int width, int channels, int to) {
    if (channels % Lanes.COUNT != 0) {
      addNarrowPixels(row, first, factor, width, channels, to);
      return;
    }
    int end = to + width * channels;
    int from = first * channels;
    int left = channels;
    for (int i = to; i < end; i += Lanes.COUNT) {
      FloatVector.fromArray(SPECIES, row, i)
          .add(FloatVector.fromArray(SPECIES, row, from))
          .intoArray(row, i);
      from += Lanes.COUNT;
      left -= Lanes.COUNT;
      if (left == 0) {
        left = channels;
        from += (factor - 1) * channels;
      }
    }
  }

  private static void addNarrowPixels(
      float[] row, int first, int factor, int width, int channels, int to) {
    for (int w = 0; w < width; w++) {
      int from = (w * factor + first) * channels;
      for (int c = 0; c < channels; c++) {
        row[to + w * channels + c] += row[from + c];
      }
    }
  }

  void reflectPad(Padding padding, Tensor x, Tensor y) {
    Shape small = x.shape();
    Shape large = y.shape();
    MemorySegment from = x.segment();
    MemorySegment to = y.segment();
    long pixel = small.c() * 4L;
    forEachRow(
        large.n() * large.h(),
        large.w() * large.c(),
        (row, worker) -> {
          int n = row / large.h();
          int h = reflect(row % large.h() - padding.top(), small.h());
          long source = (n * small.h() + h) * (small.w() * pixel);
          long target = row * (large.w() * pixel);
          for (int w = 0; w < padding.left(); w++) {
            long mirrored = source + (padding.left() - w) * pixel;
            MemorySegment.copy(from, mirrored, to, target + w * pixel, pixel);
          }
          long middle = target + padding.left() * pixel;
          MemorySegment.copy(from, source, to, middle, small.w() * pixel);
          for (int w = 0; w < padding.right(); w++) {
            long mirrored = source + (small.w() - 2 - w) * pixel;
            MemorySegment.copy(from, mirrored, to, middle + (small.w() + w) * pixel, pixel);
          }
        });
  }

  /** Mirrors a position outside of 0 .. size - 1 at the border, which is not repeated. */
  private static int reflect(int at, int size) {
    return at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at;
  }

  void reflectPadAdjoint(Padding padding, Tensor dy, Tensor dx) {
    Shape small = dx.shape();
    Shape large = dy.shape();
    MemorySegment from = dy.segment();
    MemorySegment to = dx.segment();
    int width = small.w() * small.c();
    int length = large.w() * large.c();
    grow(length);
    forEachRow(
        small.n() * small.h(),
        length,
        (row, worker) -> {
          float[] sums = rows[worker];
          int n = row / small.h();
          int h = row % small.h();
          Arrays.fill(sums, 0, length, 0);
          addRow(from, n * large.h() + padding.top() + h, length, sums);
          if (h > 0 && h <= padding.top()) {
            addRow(from, n * large.h() + padding.top() - h, length, sums);
          }
          int fromLast = small.h() - 1 - h;
          if (fromLast > 0 && fromLast <= padding.bottom()) {
            int mirrored = padding.top() + small.h() - 1 + fromLast;
            addRow(from, n * large.h() + mirrored, length, sums);
          }
          foldBorders(padding, small, sums);
          MemorySegment.copy(
              sums, padding.left() * small.c(), to, JAVA_FLOAT, row * (width * 4L), width);
        });
  }

  private static void addRow(MemorySegment from, int row, int length, float[] sums) {
    MemorySegment source = from.asSlice(row * (length * 4L), length * 4L);
    int whole = SPECIES.loopBound(length);
    for (int i = 0; i < whole; i += Lanes.COUNT) {
      FloatVector.fromArray(SPECIES, sums, i)
          .add(FloatVector.fromMemorySegment(SPECIES, source, i * 4L, ORDER))
          .intoArray(sums, i);
    }
    for (int i = whole; i < length; i++) {
      sums[i] += source.getAtIndex(JAVA_FLOAT, i);
    }
  }

  /** Adds the pixels beside the image to those they mirror. */
  private static void foldBorders(Padding padding, Shape small, float[] row) {
    int channels = small.c();
    int first = padding.left() * channels;
    int last = first + (small.w() - 1) * channels;
    for (int i = 1; i <= padding.left(); i++) {
      for (int c = 0; c < channels; c++) {
        row[first + i * channels + c] += row[first - i * channels + c];
      }
    }
    for (int i = 1; i <= padding.right(); i++) {
      for (int c = 0; c < channels; c++) {
        row[last - i * channels + c] += row[last + i * channels + c];
      }
    }
  }

  private void grow(int length) {
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length < length) {
        rows[i] = new float[length];
      }
    }
  }

  private void forEachRow(int count, int size, Workers.Task task) {
    int group = Math.max(1, CHUNK / size);
    workers.run(
        Math.ceilDiv(count, group),
        (chunk, worker) -> {
          int end = Math.min(count, (chunk + 1) * group);
          for (int row = chunk * group; row < end; row++) {
            task.run(row, worker);
          }
        });
  }
}
