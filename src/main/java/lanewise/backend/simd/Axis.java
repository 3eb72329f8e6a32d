package lanewise.backend.simd;

/**
 * Which pixels a sliding window sees along one side of an image: position i sees {@code origin + i
 * * stride + tap * dilation} for each tap.
 *
 * @param positions of the window
 */
record Axis(int positions, int origin, int stride, int taps, int dilation) {}
