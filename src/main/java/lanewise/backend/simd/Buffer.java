package lanewise.backend.simd;

import java.util.Arrays;

/** An array that grows when a larger one is asked for, and is kept. */
final class Buffer {
  /**
   * The first element that lies at the start of a cache line, if the array is large: G1 lays such
   * arrays at the start of a region, their elements follow after 16 bytes. Vectors that straddle
   * lines cost the micro-kernels a tenth of their speed.
   */
  static final int LINE = 12;

  private float[] data = {};

  /** One for each worker. */
  static Buffer[] forEach(Workers workers) {
    Buffer[] buffers = new Buffer[workers.threads()];
    Arrays.setAll(buffers, i -> new Buffer());
    return buffers;
  }

  /** At least {@code size} elements with undefined contents. */
  float[] atLeast(int size) {
    if (data.length < size) {
      data = new float[size];
    }
    return data;
  }
}
