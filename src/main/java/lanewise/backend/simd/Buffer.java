package lanewise.backend.simd;

/** An array that grows when a larger one is asked for, and is kept. */
final class Buffer {
  private float[] data = {};

  /** At least {@code size} elements with undefined contents. */
  float[] atLeast(int size) {
    if (data.length < size) {
      data = new float[size];
    }
    return data;
  }
}
