package lanewise.backend.simd;

import java.lang.foreign.MemorySegment;

/**
 * A matrix whose rows lie {@code stride} elements apart, the first from element {@code start} on.
 */
record Matrix(MemorySegment data, int start, int stride) implements RowSource, RowSink {

  @Override
  public void read(int row, int from, int count, float[] to, int at) {
    Transfer.load(data, start + (long) row * stride + from, to, at, count);
  }

  @Override
  public void write(int row, int from, int count, float[] values, int at) {
    Transfer.store(values, at, data, start + (long) row * stride + from, count);
  }

  /** {@code row = alpha * values + beta * row}, for a part of a row. */
  void blend(int row, int from, int count, float alpha, float[] values, int at, float beta) {
    Transfer.blend(alpha, values, at, beta, data, start + (long) row * stride + from, count);
  }
}
