package lanewise.metrics;

import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/**
 * How far the manifolds of real and of generated features cover each other.
 *
 * <p>Precision and recall are those of Kynkäänniemi et al., "Improved Precision and Recall Metric
 * for Assessing Generative Models", 2019; density and coverage those of Naeem et al., "Reliable
 * Fidelity and Diversity Metrics for Generative Models", 2020.
 *
 * @param precision share of generated points in the ball of some real one
 * @param recall share of real points in the ball of some generated one
 * @param density in how many real balls a generated point lies, over k: like precision, but an
 *     outlier among the real points counts little; about 1 for a good generator, and may exceed it
 * @param coverage share of real points whose ball holds a generated one
 */
public record ManifoldOverlap(double precision, double recall, double density, double coverage) {
  /** The neighbours of Kynkäänniemi et al. */
  public static final int K_PRECISION = 3;

  /** The neighbours of Naeem et al. */
  public static final int K_DENSITY = 5;

  /**
   * Compares all pairs of points, with the papers' numbers of neighbours.
   *
   * @throws IllegalArgumentException if one of the two has fewer neighbours than {@link #K_DENSITY}
   *     or the dimensions differ
   */
  public static ManifoldOverlap of(Neighbourhoods real, Neighbourhoods generated) {
    return of(real, generated, K_PRECISION, K_DENSITY);
  }

  /**
   * Compares all pairs of points.
   *
   * @param kPrecision the neighbour at which the balls of precision and recall end
   * @param kDensity the neighbour at which those of density and coverage end
   */
  public static ManifoldOverlap of(
      Neighbourhoods real, Neighbourhoods generated, int kPrecision, int kDensity) {
    int k = Math.max(kPrecision, kDensity);
    if (Math.min(kPrecision, kDensity) < 1
        || k > Math.min(real.neighbours(), generated.neighbours())) {
      throw new IllegalArgumentException(
          "neighbours 1 to %d are known of the real and 1 to %d of the generated points, not %d"
              .formatted(real.neighbours(), generated.neighbours(), k));
    }
    int reals = real.features().count();
    float[] narrow = radii(real, kPrecision);
    float[] wide = radii(real, kDensity);
    float[] generatedRadii = radii(generated, kPrecision);
    // A generated point is one row, which one thread visits; a real point is met by many rows.
    boolean[] precise = new boolean[generated.features().count()];
    LongAdder hits = new LongAdder();
    Marks recalled = new Marks(reals);
    Marks covered = new Marks(reals);
    new PairwiseDistances(real.features())
        .forEachRow(
            generated.features(),
            (row, first, squared, count) -> {
              int inWide = 0;
              for (int i = 0; i < count; i++) {
                precise[row] |= squared[i] <= narrow[first + i];
                if (squared[i] <= wide[first + i]) {
                  inWide++;
                  covered.mark(first + i);
                }
                if (squared[i] <= generatedRadii[row]) {
                  recalled.mark(first + i);
                }
              }
              hits.add(inWide);
            });
    long inside = IntStream.range(0, precise.length).filter(i -> precise[i]).count();
    return new ManifoldOverlap(
        inside / (double) precise.length,
        recalled.count() / (double) reals,
        hits.sum() / ((double) kDensity * precise.length),
        covered.count() / (double) reals);
  }

  private static float[] radii(Neighbourhoods points, int k) {
    float[] radii = new float[points.features().count()];
    for (int i = 0; i < radii.length; i++) {
      radii[i] = points.squaredRadius(i, k);
    }
    return radii;
  }

  /**
   * Marks that any thread may set and none takes back: one that is seen late is only set again, and
   * the end of a parallel stream makes all of them visible.
   */
  private record Marks(boolean[] marked) {
    Marks(int size) {
      this(new boolean[size]);
    }

    void mark(int i) {
      marked[i] = true;
    }

    long count() {
      return IntStream.range(0, marked.length).filter(i -> marked[i]).count();
    }
  }
}
