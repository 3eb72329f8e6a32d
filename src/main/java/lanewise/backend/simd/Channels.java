package lanewise.backend.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/** Copies of some of the channels, a run of pixels at a time. */
final class Channels {
  private static final VectorSpecies<Float> SPECIES = Lanes.SPECIES;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** Up to so many channels, a loop over pixels for each is faster than a vector for each pixel. */
  private static final int FEW = 4;

  /** Elements that one chunk of work copies, about: so few that they stay in the first cache. */
  private static final int CHUNK = 4 * 1024;

  private final Workers workers;

  Channels(Workers workers) {
    this.workers = workers;
  }

  void copy(Tensor source, int from, Tensor target, int to, int count) {
    Shape shape = target.shape();
    MemorySegment x = source.segment();
    MemorySegment y = target.segment();
    int xChannels = source.shape().c();
    int yChannels = shape.c();
    int pixels = shape.n() * shape.plane();
    int group = Math.max(1, CHUNK / count);
    workers.run(
        Math.ceilDiv(pixels, group),
        (chunk, worker) -> {
          int first = chunk * group;
          int size = Math.min(group, pixels - first);
          int xStart = first * xChannels + from;
          int yStart = first * yChannels + to;
          if (count > FEW) {
            copyPixels(x, xStart, xChannels, y, yStart, yChannels, size, count);
            return;
          }
          for (int c = 0; c < count; c++) {
            copyChannel(x, xStart + c, xChannels, y, yStart + c, yChannels, size);
          }
        });
  }

  /**
   * Copies neighbouring channels of {@code pixels} pixels.
   *
   * @param xStart where the first element is in x, {@code yStart} in y
   * @param xStep from one pixel to the next in x, {@code yStep} in y
   */
  private static void copyPixels(
      MemorySegment x,
      int xStart,
      int xStep,
      MemorySegment y,
      int yStart,
      int yStep,
      int pixels,
      int count) {
    MemorySegment xs = Lanes.slice(x, xStart, (pixels - 1) * xStep + count);
    MemorySegment ys = Lanes.slice(y, yStart, (pixels - 1) * yStep + count);
    int whole = SPECIES.loopBound(count);
    VectorMask<Float> rest = SPECIES.indexInRange(whole, count);
    long xAt = 0;
    long yAt = 0;
    for (int p = 0; p < pixels; p++) {
      for (int c = 0; c < whole; c += Lanes.COUNT) {
        FloatVector.fromMemorySegment(SPECIES, xs, xAt + c * 4L, ORDER)
            .intoMemorySegment(ys, yAt + c * 4L, ORDER);
      }
      if (whole < count) {
        FloatVector.fromMemorySegment(SPECIES, xs, xAt + whole * 4L, ORDER, rest)
            .intoMemorySegment(ys, yAt + whole * 4L, ORDER, rest);
      }
      xAt += xStep * 4L;
      yAt += yStep * 4L;
    }
  }

  /** The same for one channel. */
  private static void copyChannel(
      MemorySegment x, int xStart, int xStep, MemorySegment y, int yStart, int yStep, int pixels) {
    MemorySegment xs = Lanes.slice(x, xStart, (pixels - 1) * xStep + 1);
    MemorySegment ys = Lanes.slice(y, yStart, (pixels - 1) * yStep + 1);
    int xAt = 0;
    int yAt = 0;
    for (int p = 0; p < pixels; p++) {
      ys.setAtIndex(JAVA_FLOAT, yAt, xs.getAtIndex(JAVA_FLOAT, xAt));
      xAt += xStep;
      yAt += yStep;
    }
  }
}
