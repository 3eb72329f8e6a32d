package lanewise.backend.simd;

import jdk.incubator.vector.VectorMask;

/**
 * How the values of C channels repeat along NHWC memory, which is seen as a matrix with rows of
 * {@link #width} elements: a column belongs to one channel.
 *
 * <p>Channels that fill vectors make rows of their own. Fewer channels than lanes make a row of as
 * many pixels as it takes until channels and vectors end together; the last row may then be short.
 *
 * @param width elements of a row, a multiple of the channels
 */
record ChannelPattern(int channels, int width) {
  /** Vectors that kernels take side by side where they can, to hide the latency of additions. */
  static final int STRIP = 4 * Lanes.COUNT;

  /** Rows that a lane adds up in float at most, before sums go on in double. */
  private static final int ROWS = 512;

  static ChannelPattern of(int channels) {
    boolean ownRows = channels >= Lanes.COUNT && channels % Lanes.COUNT != 0;
    return new ChannelPattern(channels, ownRows ? channels : leastCommonMultiple(channels, STRIP));
  }

  private static int leastCommonMultiple(int a, int powerOfTwo) {
    return a * (powerOfTwo / Math.min(powerOfTwo, Integer.lowestOneBit(a)));
  }

  /** Floats of a per-channel table as kernels read it: a row, and a vector over its end. */
  int tableLength() {
    return width + Lanes.COUNT;
  }

  /** Completes a table of which the channels from {@code start} on are filled in. */
  void repeat(float[] table, int start) {
    for (int i = channels; i < tableLength(); i++) {
      table[start + i] = table[start + i - channels];
    }
  }

  /** About how many pixels have {@code elements} elements: whole rows, from one to ROWS. */
  int pixels(int elements) {
    return Math.clamp(elements / width, 1, ROWS) * (width / channels);
  }

  /** The lanes of a vector at column {@code at} that lie before column {@code end}. */
  static VectorMask<Float> lanes(int at, int end) {
    return Lanes.SPECIES.indexInRange(at, end);
  }
}
