package lanewise.evaluate;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import lanewise.UserException;
import lanewise.data.GaussianMixture;
import lanewise.metrics.Diversity;
import lanewise.metrics.Features;
import lanewise.metrics.MixtureCoverage;

/** Metrics of points in the plane beside a mixture of Gaussians, by PacGAN's protocol. */
public final class PointEvaluation implements Evaluation {
  private final GaussianMixture real;
  private final Features means;
  private final double[] modeShares;
  private final double diversity;

  public PointEvaluation(GaussianMixture real) {
    this.real = real;
    means = new Features(real.means(), 2);
    modeShares = new double[real.classes()];
    Arrays.fill(modeShares, 1);
    diversity = Diversity.withinBatches(read(Samples.of(real)), ImageEvaluation.DIVERSITY_BATCH);
  }

  @Override
  public Scores score(Samples generated) {
    Features points = read(generated);
    MixtureCoverage coverage = MixtureCoverage.of(points, means, real.deviation(), modeShares);
    Map<Metric, Double> values = new EnumMap<>(Metric.class);
    values.put(Metric.MODES, (double) coverage.modes().captured());
    values.put(Metric.REVERSE_KL, coverage.modes().reverseKl());
    values.put(Metric.HIGH_QUALITY, coverage.highQuality());
    values.put(Metric.DIVERSITY, diversity(points, ImageEvaluation.DIVERSITY_BATCH));
    return new Scores(generated.size(), values);
  }

  @Override
  public double diversity(Samples generated, int batch) {
    return diversity(read(generated), batch);
  }

  private double diversity(Features points, int batch) {
    return Diversity.withinBatches(points, batch) / diversity;
  }

  @Override
  public int modes() {
    return modeShares.length;
  }

  @Override
  public Optional<String> lens() {
    return Optional.empty();
  }

  private static Features read(Samples samples) {
    if (samples.sampleSize() != 2) {
      throw new UserException(
          "the samples have %d values each, not the 2 of a point in the plane: give a generator of"
                  .formatted(samples.sampleSize())
              + " points, or the data that this one was trained on");
    }
    if (samples.size() < ImageEvaluation.FEWEST_SAMPLES) {
      throw new UserException(
          "%d samples are too few to measure: give at least %d"
              .formatted(samples.size(), ImageEvaluation.FEWEST_SAMPLES));
    }
    float[] points = new float[2 * samples.size()];
    samples.read(0, samples.size(), points);
    for (int i = 0; i < points.length; i++) {
      if (!Float.isFinite(points[i])) {
        throw new UserException(
            "sample %d is no point (%s): the generator's weights are damaged, or its training"
                    .formatted(i / 2, points[i])
                + " diverged");
      }
    }
    return new Features(points, 2);
  }
}
