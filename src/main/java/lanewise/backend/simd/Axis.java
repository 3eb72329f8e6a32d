package lanewise.backend.simd;

/**
 * Which pixels a sliding window sees along one side of an image: position i sees {@code origin + i
 * * stride + tap * dilation} for each tap.
 *
 * @param positions of the window
 */
record Axis(int positions, int origin, int stride, int taps, int dilation) {

  /** Whether each position sees the pixel of its own number, and there are as many of both. */
  boolean isIdentity(int extent) {
    return taps == 1 && stride == 1 && origin == 0 && positions == extent;
  }
}
