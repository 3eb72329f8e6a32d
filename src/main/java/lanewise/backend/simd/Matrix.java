package lanewise.backend.simd;

import java.lang.foreign.MemorySegment;
import lanewise.backend.Tensor;

/**
 * A matrix whose rows lie {@code stride} elements apart, the first from element {@code start} on.
 */
record Matrix(MemorySegment data, int start, int stride) implements RowSource, RowSink {

  /** A group's filter, (kh, kw, input channels) x output channels. */
  static Matrix filter(Tensor w, int group, int groups) {
    int out = w.shape().n();
    return new Matrix(w.segment(), group * (out / groups), out);
  }

  /** The part without the first {@code rows} rows. */
  Matrix below(int rows) {
    return new Matrix(data, start + rows * stride, stride);
  }

  /** The part without the first {@code columns} columns. */
  Matrix rightOf(int columns) {
    return new Matrix(data, start + columns, stride);
  }

  @Override
  public void read(int row, int from, int count, float[] to, int at) {
    Transfer.load(data, start + (long) row * stride + from, to, at, count);
  }

  @Override
  public void readTile(int first, int rows, int from, int count, float[] to, int at, int apart) {
    long origin = start + (long) first * stride + from;
    Transfer.loadTile(data, origin, stride, rows, count, to, at, apart);
  }

  @Override
  public void readPieces(int row, int count, float[] to, int at, int apart) {
    Transfer.loadPieces(data, start + (long) row * stride, count, to, at, apart);
  }

  /**
   * Cuts the elements {@code from} to {@code from + count - 1} of {@code rows} rows into panels
   * {@code [rows][width]}, {@code apart} from each other, the last one filled up with zeros.
   *
   * @param width a multiple of every vector's length
   */
  void readPanels(
      int first, int rows, int from, int count, int width, float[] to, int at, int apart) {
    long origin = start + (long) first * stride + from;
    Transfer.loadPanels(data, origin, stride, rows, count, width, to, at, apart);
  }

  @Override
  public void write(int row, int from, int count, float[] values, int at) {
    Transfer.store(values, at, data, start + (long) row * stride + from, count);
  }

  @Override
  public void writeTile(int first, int rows, int from, int count, float[] values, int at) {
    if (count == MicroKernels.COLUMNS) {
      Transfer.storeTile(values, at, data, start + (long) first * stride + from, stride, rows);
    } else {
      RowSink.super.writeTile(first, rows, from, count, values, at);
    }
  }

  /** {@code row = alpha * values + beta * row}, for a part of a row. */
  void blend(int row, int from, int count, float alpha, float[] values, int at, float beta) {
    Transfer.blend(alpha, values, at, beta, data, start + (long) row * stride + from, count);
  }
}
