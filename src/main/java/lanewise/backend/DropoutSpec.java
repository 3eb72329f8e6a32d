package lanewise.backend;

/**
 * Which elements a dropout sets to zero.
 *
 * <p>An element's fate is a hash of a key, the {@code salt} and its place i in memory, in
 * arithmetic modulo 2^32, so that every engine draws the same and nothing is remembered:
 *
 * <pre>
 * mix(x):  x ^= x >>> 16;  x *= 0x21f0aaad;  x ^= x >>> 15;  x *= 0x735a2d97;  x ^= x >>> 15
 * a = mix(key0 + 2^16 key1 ^ mix(salt));  b = mix(key2 + 2^16 key3 ^ mix(~salt))
 * kept(i) = mix(mix(i ^ a) ^ b) >>> 8 >= threshold
 * </pre>
 *
 * @param rate the share that is dropped
 * @param salt tells the dropouts of one pass apart
 */
public record DropoutSpec(float rate, int salt) {
  /** Of the tensor that holds a key: 64 bits in four numbers from 0 to 2^16 - 1. */
  public static final Shape KEY = Shape.vector(4);

  private static final int HASH_BITS = 24;

  public DropoutSpec {
    if (!(rate >= 0 && rate < 1)) {
      throw new IllegalArgumentException("The rate of a dropout is from 0 to less than 1");
    }
  }

  /** The elements of a {@link #KEY}, lowest bits first. */
  public static float[] key(long bits) {
    float[] parts = new float[4];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = bits >>> 16 * i & 0xffff;
    }
    return parts;
  }

  /** Hashes of 24 bits below this are dropped. */
  public int threshold() {
    return Math.round(rate * (1 << HASH_BITS));
  }

  /** What kept elements are multiplied by: {@code 1 / (1 - rate)}. */
  public float scale() {
    return (float) (1 / (1 - (double) rate));
  }

  /** What {@code i} is mixed with first, of a key's first two parts. */
  public int first(float key0, float key1) {
    return mix(((int) key0 | (int) key1 << 16) ^ mix(salt));
  }

  /** What the result is mixed with then, of a key's last two parts. */
  public int second(float key2, float key3) {
    return mix(((int) key2 | (int) key3 << 16) ^ mix(~salt));
  }

  /** Spreads each bit over all others; a bijection (Wellons, hash-prospector). */
  public static int mix(int x) {
    x ^= x >>> 16;
    x *= 0x21f0aaad;
    x ^= x >>> 15;
    x *= 0x735a2d97;
    return x ^ x >>> 15;
  }
}
