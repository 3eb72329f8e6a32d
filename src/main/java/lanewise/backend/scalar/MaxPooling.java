package lanewise.backend.scalar;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import lanewise.backend.PoolSpec;
import lanewise.backend.PoolSpec.Side;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/** Max pooling as a choice of places, which other values are taken from or added to. */
final class MaxPooling {
  private MaxPooling() {}

  /** What is done for an element of the result and the place that it comes from. */
  @FunctionalInterface
  private interface Choice {
    void accept(int output, int place);
  }

  static void pick(PoolSpec spec, Tensor x, Tensor values, Tensor y) {
    MemorySegment vs = values.segment();
    MemorySegment ys = y.segment();
    choose(
        spec,
        x,
        y.shape(),
        (output, place) -> ys.setAtIndex(JAVA_FLOAT, output, vs.getAtIndex(JAVA_FLOAT, place)));
  }

  static void scatter(PoolSpec spec, Tensor x, Tensor dy, Tensor dx) {
    MemorySegment dys = dy.segment();
    MemorySegment dxs = dx.segment();
    double[] sums = new double[dx.shape().size()];
    choose(
        spec, x, dy.shape(), (output, place) -> sums[place] += dys.getAtIndex(JAVA_FLOAT, output));
    for (int i = 0; i < sums.length; i++) {
      dxs.setAtIndex(JAVA_FLOAT, i, (float) sums[i]);
    }
  }

  private static void choose(PoolSpec spec, Tensor x, Shape y, Choice choice) {
    MemorySegment xs = x.segment();
    Shape s = x.shape();
    for (int n = 0, at = 0; n < y.n(); n++) {
      for (int h = 0; h < y.h(); h++) {
        for (int w = 0; w < y.w(); w++) {
          for (int c = 0; c < y.c(); c++) {
            choice.accept(at++, largest(spec, xs, s, n, h, w, c));
          }
        }
      }
    }
  }

  /** Where in x the largest element of a window is. */
  private static int largest(PoolSpec spec, MemorySegment xs, Shape s, int n, int h, int w, int c) {
    int best = -1;
    for (int row = first(spec.rows(), h); row < end(spec.rows(), h, s.h()); row++) {
      for (int column = first(spec.columns(), w);
          column < end(spec.columns(), w, s.w());
          column++) {
        int at = ((n * s.h() + row) * s.w() + column) * s.c() + c;
        float value = xs.getAtIndex(JAVA_FLOAT, at);
        if (best < 0 || value > xs.getAtIndex(JAVA_FLOAT, best) || Float.isNaN(value)) {
          best = at;
        }
      }
    }
    return best;
  }

  private static int first(Side side, int window) {
    return Math.max(0, side.start(window));
  }

  private static int end(Side side, int window, int size) {
    return Math.min(size, side.start(window) + side.kernel());
  }
}
