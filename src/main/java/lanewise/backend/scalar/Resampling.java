package lanewise.backend.scalar;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import lanewise.backend.AxisMap;
import lanewise.backend.Padding;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/** Copies of pixels, and sums of some of them. */
final class Resampling {
  private Resampling() {}

  /** Which pixel of the small image, along one side, pixel {@code at} of the large one shows. */
  @FunctionalInterface
  private interface Origin {
    int of(int at);
  }

  static void upsampleNearest(int factor, Tensor x, Tensor y) {
    gather(x, y, h -> h / factor, w -> w / factor);
  }

  static void upsampleNearestAdjoint(int factor, Tensor dy, Tensor dx) {
    scatter(dy, dx, h -> h / factor, w -> w / factor);
  }

  static void reflectPad(Padding padding, Tensor x, Tensor y) {
    gather(
        x,
        y,
        h -> reflect(h - padding.top(), x.shape().h()),
        w -> reflect(w - padding.left(), x.shape().w()));
  }

  static void reflectPadAdjoint(Padding padding, Tensor dy, Tensor dx) {
    scatter(
        dy,
        dx,
        h -> reflect(h - padding.top(), dx.shape().h()),
        w -> reflect(w - padding.left(), dx.shape().w()));
  }

  /** Mirrors a position outside of 0 .. size - 1 at the border pixel, which is not repeated. */
  private static int reflect(int at, int size) {
    return at < 0 ? -at : at >= size ? 2 * (size - 1) - at : at;
  }

  static void resample(AxisMap rows, AxisMap columns, Tensor x, Tensor y) {
    MemorySegment xs = x.segment();
    MemorySegment ys = y.segment();
    Shape from = x.shape();
    Shape to = y.shape();
    for (int n = 0, at = 0; n < to.n(); n++) {
      for (int h = 0; h < to.h(); h++) {
        for (int w = 0; w < to.w(); w++) {
          for (int c = 0; c < to.c(); c++) {
            double sum = 0;
            for (int i = rows.start(h); i < rows.start(h + 1); i++) {
              int row = n * from.h() + rows.index(i);
              for (int j = columns.start(w); j < columns.start(w + 1); j++) {
                int pixel = row * from.w() + columns.index(j);
                float value = xs.getAtIndex(JAVA_FLOAT, pixel * from.c() + c);
                sum += (double) rows.weight(i) * columns.weight(j) * value;
              }
            }
            ys.setAtIndex(JAVA_FLOAT, at++, (float) sum);
          }
        }
      }
    }
  }

  private static void gather(Tensor small, Tensor large, Origin originH, Origin originW) {
    MemorySegment ss = small.segment();
    MemorySegment ls = large.segment();
    Shape from = small.shape();
    Shape to = large.shape();
    for (int n = 0, at = 0; n < to.n(); n++) {
      for (int h = 0; h < to.h(); h++) {
        for (int w = 0; w < to.w(); w++) {
          int origin = ((n * from.h() + originH.of(h)) * from.w() + originW.of(w)) * from.c();
          for (int c = 0; c < to.c(); c++) {
            ls.setAtIndex(JAVA_FLOAT, at++, ss.getAtIndex(JAVA_FLOAT, origin + c));
          }
        }
      }
    }
  }

  private static void scatter(Tensor large, Tensor small, Origin originH, Origin originW) {
    MemorySegment ls = large.segment();
    MemorySegment ss = small.segment();
    Shape from = large.shape();
    Shape to = small.shape();
    double[] sums = new double[to.size()];
    for (int n = 0, at = 0; n < from.n(); n++) {
      for (int h = 0; h < from.h(); h++) {
        for (int w = 0; w < from.w(); w++) {
          int origin = ((n * to.h() + originH.of(h)) * to.w() + originW.of(w)) * to.c();
          for (int c = 0; c < from.c(); c++) {
            sums[origin + c] += ls.getAtIndex(JAVA_FLOAT, at++);
          }
        }
      }
    }
    for (int i = 0; i < sums.length; i++) {
      ss.setAtIndex(JAVA_FLOAT, i, (float) sums[i]);
    }
  }
}
