package lanewise.train;

import java.util.SplittableRandom;

/**
 * Standard normal latent vectors as a function of the seed and the step, so that a resumed run
 * needs no generator's state.
 *
 * @param size of one vector
 */
public record Latents(long seed, int size) {
  /** The step of the latents that samples are made from, which no training step has. */
  private static final long FIXED = -1;

  /** Fills {@code z} (count x size) with the latents of one training step. */
  public void ofStep(long step, float[] z) {
    SplittableRandom random = new SplittableRandom(seed ^ mix(step));
    for (int i = 0; i < z.length; i++) {
      z[i] = (float) random.nextGaussian();
    }
  }

  /** Fills {@code epsilon} with what a step mixes real and fake samples by, each from [0, 1). */
  void mixtures(long step, float[] epsilon) {
    SplittableRandom random = new SplittableRandom(~seed ^ mix(step));
    for (int i = 0; i < epsilon.length; i++) {
      epsilon[i] = (float) random.nextDouble();
    }
  }

  /** The latents that stay the same for all samples of a run. */
  public float[] fixed(int count) {
    float[] z = new float[count * size];
    ofStep(FIXED, z);
    return z;
  }

  /** SplitMix64's finaliser (Steele et al. 2014): neighbouring steps give unrelated streams. */
  private static long mix(long step) {
    long z = (step + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
