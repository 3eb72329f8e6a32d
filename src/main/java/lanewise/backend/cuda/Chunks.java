package lanewise.backend.cuda;

import lanewise.backend.cuda.driver.Device;

/**
 * How many samples are normalised at a time, so that the second pass over them finds them in the
 * second-level cache, and device memory is read once.
 *
 * @param bytes that may be read twice by one chunk
 */
record Chunks(long bytes) {
  /** In less, the launches of a chunk would take as long as its work. */
  private static final long LEAST = 8L << 20;

  /** Half of the cache: what is written passes through it too. */
  static Chunks of(Device device) {
    long half = device.l2() / 2;
    return new Chunks(half >= LEAST ? half : Long.MAX_VALUE);
  }

  /** Samples of a chunk, in chunks of nearly equal size. */
  int samples(int samples, long bytesPerSample) {
    long most = Math.max(1, bytes / bytesPerSample);
    int chunks = (int) (Math.ceilDiv(samples, most));
    return Math.ceilDiv(samples, chunks);
  }
}
