package lanewise.backend.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
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
    int length = shape.w() * shape.c();
    long small = length * 4L;
    long large = small * factor * factor;
    forEachRow(
        shape.n() * shape.h(),
        length * factor * factor,
        (row, worker) ->
            sumBlocks(
                factor, from.asSlice(row * large, large), to.asSlice(row * small, small), shape));
  }

  /** Repeats each pixel of a row. */
  private static void widen(int factor, MemorySegment x, MemorySegment y, Shape shape) {
    if (shape.c() < Lanes.COUNT) {
      widenNarrow(factor, x, y, shape);
      return;
    }
    int channels = shape.c();
    int whole = SPECIES.loopBound(channels);
    VectorMask<Float> rest = SPECIES.indexInRange(whole, channels);
    for (int w = 0; w < shape.w(); w++) {
      for (int c = 0; c < whole; c += Lanes.COUNT) {
        FloatVector v = FloatVector.fromMemorySegment(SPECIES, x, (w * channels + c) * 4L, ORDER);
        for (int i = 0; i < factor; i++) {
          v.intoMemorySegment(y, ((w * factor + i) * channels + c) * 4L, ORDER);
        }
      }
      if (whole < channels) {
        FloatVector v =
            FloatVector.fromMemorySegment(SPECIES, x, (w * channels + whole) * 4L, ORDER, rest);
        for (int i = 0; i < factor; i++) {
          v.intoMemorySegment(y, ((w * factor + i) * channels + whole) * 4L, ORDER, rest);
        }
      }
    }
  }

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

  /** Sums the blocks of {@code factor} x {@code factor} pixels in as many rows. */
  private static void sumBlocks(int factor, MemorySegment dy, MemorySegment dx, Shape shape) {
    if (shape.c() < Lanes.COUNT) {
      sumNarrowBlocks(factor, dy, dx, shape);
      return;
    }
    int channels = shape.c();
    int row = shape.w() * factor * channels;
    int whole = SPECIES.loopBound(channels);
    VectorMask<Float> rest = SPECIES.indexInRange(whole, channels);
    for (int w = 0; w < shape.w(); w++) {
      for (int c = 0; c < whole; c += Lanes.COUNT) {
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int i = 0; i < factor; i++) {
          for (int j = 0; j < factor; j++) {
            int at = i * row + (w * factor + j) * channels + c;
            sum = sum.add(FloatVector.fromMemorySegment(SPECIES, dy, at * 4L, ORDER));
          }
        }
        sum.intoMemorySegment(dx, (w * channels + c) * 4L, ORDER);
      }
      if (whole < channels) {
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int i = 0; i < factor; i++) {
          for (int j = 0; j < factor; j++) {
            int at = i * row + (w * factor + j) * channels + whole;
            sum = sum.add(FloatVector.fromMemorySegment(SPECIES, dy, at * 4L, ORDER, rest));
          }
        }
        sum.intoMemorySegment(dx, (w * channels + whole) * 4L, ORDER, rest);
      }
    }
  }

  private static void sumNarrowBlocks(int factor, MemorySegment dy, MemorySegment dx, Shape shape) {
    int channels = shape.c();
    int row = shape.w() * factor * channels;
    for (int w = 0; w < shape.w(); w++) {
      for (int c = 0; c < channels; c++) {
        float sum = 0;
        for (int i = 0; i < factor; i++) {
          for (int j = 0; j < factor; j++) {
            sum += dy.getAtIndex(JAVA_FLOAT, i * row + (w * factor + j) * channels + c);
          }
        }
        dx.setAtIndex(JAVA_FLOAT, w * channels + c, sum);
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
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length < length) {
        rows[i] = new float[length];
      }
    }
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
