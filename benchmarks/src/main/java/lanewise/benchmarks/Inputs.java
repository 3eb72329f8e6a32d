package lanewise.benchmarks;

import java.util.SplittableRandom;

/** Numbers that are the same for every implementation. */
public final class Inputs {

  private Inputs() {}

  /** Uniform in (-1, 1). */
  public static float[] uniform(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }
}
