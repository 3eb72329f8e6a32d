package lanewise.torch;

/** The numbers of make_reference.py that any language repeats bit for bit: splitmix64. */
record CounterStream(long number) {

  /** {@code count} numbers in [-1, 1), exact in float. */
  float[] uniform(int count) {
    float[] u = new float[count];
    for (int i = 0; i < count; i++) {
      long z = (number << 32) + i + 0x9E3779B97F4A7C15L;
      z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
      z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
      z ^= z >>> 31;
      u[i] = (z >>> 40) * 0x1p-23f - 1;
    }
    return u;
  }

  /** {@code shift + scale * uniform}, each operation rounded to float. */
  float[] uniform(int count, float scale, float shift) {
    float[] u = uniform(count);
    for (int i = 0; i < count; i++) {
      u[i] = shift + u[i] * scale;
    }
    return u;
  }
}
