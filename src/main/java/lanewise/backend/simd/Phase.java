package lanewise.backend.simd;

import java.util.Arrays;
import java.util.stream.IntStream;

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
    return IntStream.range(0, Math.min(stride, extent))
        .mapToObj(first -> of(first, extent, kernel, stride, pad, dilation))
        .toArray(Phase[]::new);
  }

  private static Phase of(int first, int extent, int kernel, int stride, int pad, int dilation) {
    int positions = Math.ceilDiv(extent - first, stride);
    int[] rising =
        IntStream.range(0, kernel)
            .filter(tap -> (first + pad - tap * dilation) % stride == 0)
            .toArray();
    int[] taps = new int[rising.length];
    Arrays.setAll(taps, i -> rising[rising.length - 1 - i]);
    int origin = taps.length == 0 ? 0 : (first + pad - taps[0] * dilation) / stride;
    int apart = taps.length < 2 ? 1 : (taps[0] - taps[1]) * dilation / stride;
    return new Phase(first, taps, new Axis(positions, origin, 1, taps.length, apart));
  }
}
