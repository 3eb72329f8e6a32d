package lanewise.backend.simd;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;

/**
 * A filter as it looks from the convolution's output: the taps in reverse order, the channels
 * swapped. A row for each (tap, output channel), in it the input channels.
 */
record MirroredFilter(MemorySegment data, int taps, int in, int out) implements RowSource, RowSink {

  static MirroredFilter of(Tensor w) {
    Shape s = w.shape();
    return new MirroredFilter(w.segment(), s.plane(), s.c(), s.n());
  }

  @Override
  public void read(int row, int from, int count, float[] to, int at) {
    long first = at(row, from);
    for (int i = 0; i < count; i++) {
      to[at + i] = data.getAtIndex(JAVA_FLOAT, first + (long) i * out);
    }
  }

  @Override
  public void write(int row, int from, int count, float[] values, int at) {
    long first = at(row, from);
    for (int i = 0; i < count; i++) {
      data.setAtIndex(JAVA_FLOAT, first + (long) i * out, values[at + i]);
    }
  }

  private long at(int row, int channel) {
    int tap = taps - 1 - row / out;
    return ((long) tap * in + channel) * out + row % out;
  }
}
