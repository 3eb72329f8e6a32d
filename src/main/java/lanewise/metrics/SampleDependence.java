package lanewise.metrics;

import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/**
 * How much a generator's sample depends on the other samples of its batch.
 *
 * @param change root mean square, over samples and their values, of how far one sample moves when
 *     all others of its batch are replaced; exactly 0 where samples are computed independently
 * @param spread root mean square of the difference between two samples of one batch, the scale
 *     against which a change is large or small
 */
public record SampleDependence(double change, double spread) {

  /**
   * Replaces the companions of one sample after the other.
   *
   * @param generator from {@code batch * latent} standard normal values, a batch of latent vectors,
   *     to the batch's samples, which all have one size; normalised as in training
   * @param trials batches that are generated twice
   * @param seed of the latents
   */
  public static SampleDependence of(
      UnaryOperator<float[]> generator, int batch, int latent, int trials, long seed) {
    if (batch < 2 || latent < 1 || trials < 1) {
      throw new IllegalArgumentException(
          "a batch of %d with latents of %d, %d times, says nothing"
              .formatted(batch, latent, trials));
    }
    SplittableRandom random = new SplittableRandom(seed);
    double change = 0;
    double spread = 0;
    for (int trial = 0; trial < trials; trial++) {
      int kept = trial % batch;
      float[] z = draw(batch * latent, random);
      float[] others = draw(batch * latent, random);
      System.arraycopy(z, kept * latent, others, kept * latent, latent);
      float[] before = generator.apply(z).clone();
      float[] after = generator.apply(others);
      int size = before.length / batch;
      int neighbour = (kept + 1) % batch;
      change += meanSquare(before, kept * size, after, kept * size, size);
      spread += meanSquare(before, kept * size, before, neighbour * size, size);
    }
    return new SampleDependence(Math.sqrt(change / trials), Math.sqrt(spread / trials));
  }

  private static float[] draw(int count, SplittableRandom random) {
    float[] z = new float[count];
    for (int i = 0; i < count; i++) {
      z[i] = (float) random.nextGaussian();
    }
    return z;
  }

  private static double meanSquare(float[] a, int from, float[] b, int to, int size) {
    double sum = 0;
    for (int i = 0; i < size; i++) {
      double difference = (double) a[from + i] - b[to + i];
      sum += difference * difference;
    }
    return sum / size;
  }

  /**
   * The change in units of the spread: 0 for independent samples, about 1 if a sample's companions
   * decide it as much as its own latent vector; infinite for a generator whose batches each repeat
   * one sample, another one for each batch.
   */
  public double relative() {
    return change == 0 ? 0 : change / spread;
  }
}
