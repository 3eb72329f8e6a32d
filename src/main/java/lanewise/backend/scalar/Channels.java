package lanewise.backend.scalar;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/** Copies of some of the channels. */
final class Channels {
  private Channels() {}

  static void copy(Tensor source, int from, Tensor target, int to, int count) {
    MemorySegment ss = source.segment();
    MemorySegment ts = target.segment();
    Shape shape = target.shape();
    Strides in = Strides.of(source.shape());
    Strides out = Strides.of(shape);
    for (int n = 0; n < shape.n(); n++) {
      for (int h = 0; h < shape.h(); h++) {
        for (int w = 0; w < shape.w(); w++) {
          for (int c = 0; c < count; c++) {
            float value = ss.getAtIndex(JAVA_FLOAT, in.index(n, from + c, h, w));
            ts.setAtIndex(JAVA_FLOAT, out.index(n, to + c, h, w), value);
          }
        }
      }
    }
  }
}
