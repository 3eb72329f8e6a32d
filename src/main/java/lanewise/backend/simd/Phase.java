package lanewise.backend.simd;

/**
 * Along one side of an image, the input pixels of a strided convolution that the same taps reach.
 * Towards these the gradient is a convolution of stride 1 over the output's gradient, with the taps
 * in reverse order.
 *
 * @param first of these pixels; the others follow {@code stride} apart
 * @param taps that reach them, in falling order
 * @param gradient what of the output's gradient they see
 */
record Phase(int first, int[] taps, Axis gradient) {

  /**
   * The phases of one side.
   *
   * @param extent of the input
   */
  static Phase[] all(int extent, int kernel, int stride, int pad, int dilation) {
    Phase[] phases = new Phase[Math.min(stride, extent)];
    for (int first = 0; first < phases.length; first++) {
      phases[first] = of(first, extent, kernel, stride, pad, dilation);
    }
    return phases;
  }

  private static Phase of(int first, int extent, int kernel, int stride, int pad, int dilation) {
    int positions = Math.ceilDiv(extent - first, stride);
    int count = 0;
    for (int tap = 0; tap < kernel; tap++) {
      count += reaches(tap, first, stride, pad, dilation) ? 1 : 0;
    }
    int[] taps = new int[count];
    for (int tap = 0; count > 0; tap++) {
      if (reaches(tap, first, stride, pad, dilation)) {
        taps[--count] = tap;
      }
    }
    int origin = taps.length == 0 ? 0 : (first + pad - taps[0] * dilation) / stride;
    int apart = taps.length < 2 ? 1 : (taps[0] - taps[1]) * dilation / stride;
    return new Phase(first, taps, new Axis(positions, origin, 1, taps.length, apart));
  }

  private static boolean reaches(int tap, int first, int stride, int pad, int dilation) {
    return (first + pad - tap * dilation) % stride == 0;
  }
}
