package lanewise.evaluate;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import lanewise.UserException;
import lanewise.data.Dataset;
import lanewise.data.Subset;
import lanewise.evaluate.Classifier.Reading;
import lanewise.metrics.Diversity;
import lanewise.metrics.Features;
import lanewise.metrics.Gaussian;
import lanewise.metrics.ManifoldOverlap;
import lanewise.metrics.ModeCoverage;
import lanewise.metrics.Neighbourhoods;

/** Metrics of images, on the features of a classifier. */
public final class ImageEvaluation implements Evaluation {
  /** Fewer samples than this say nothing about a distribution. */
  public static final int FEWEST_SAMPLES = 100;

  /** Samples between which diversity is measured: the usual batch of a GAN. */
  public static final int DIVERSITY_BATCH = 64;

  private static final int CHUNK = 250;

  private final Classifier classifier;
  private final Gaussian gaussian;
  private final Neighbourhoods neighbourhoods;
  private final double diversity;
  private final double[] modeShares;

  /**
   * Reads real images.
   *
   * @param samples how many to read; all, if there are no more
   * @param seed of which
   * @throws UserException if the classifier cannot read these images, or they are too few
   */
  public ImageEvaluation(Dataset real, Classifier classifier, int samples, long seed) {
    this.classifier = classifier;
    modeShares = modeShares(real);
    Dataset part = Subset.random(real, samples, seed);
    Features features = read(Samples.of(part)).features();
    gaussian = Gaussian.fit(features);
    neighbourhoods = Neighbourhoods.of(features, ManifoldOverlap.K_DENSITY);
    diversity = Diversity.withinBatches(features, DIVERSITY_BATCH);
  }

  /** Of all the data, by its labels; empty where it has none. */
  private double[] modeShares(Dataset real) {
    if (real.classes() == 0) {
      return new double[0];
    }
    if (real.classes() != classifier.classes()) {
      throw new UserException(
          "the classifier tells %d classes apart and %s has %d: train one on this data"
              .formatted(classifier.classes(), real.name(), real.classes()));
    }
    double[] shares = new double[real.classes()];
    for (int i = 0; i < real.size(); i++) {
      shares[real.label(i)]++;
    }
    return shares;
  }

  @Override
  public Scores score(Samples generated) {
    Reading reading = read(generated);
    Features features = reading.features();
    Map<Metric, Double> values = new EnumMap<>(Metric.class);
    values.put(Metric.FRECHET, gaussian.frechetDistance(Gaussian.fit(features)));
    ManifoldOverlap overlap =
        ManifoldOverlap.of(neighbourhoods, Neighbourhoods.of(features, ManifoldOverlap.K_DENSITY));
    values.put(Metric.PRECISION, overlap.precision());
    values.put(Metric.RECALL, overlap.recall());
    values.put(Metric.DENSITY, overlap.density());
    values.put(Metric.COVERAGE, overlap.coverage());
    values.put(Metric.DIVERSITY, diversity(features, DIVERSITY_BATCH));
    if (modeShares.length > 0) {
      ModeCoverage coverage = ModeCoverage.of(reading.classes(), modeShares);
      values.put(Metric.MODES, (double) coverage.captured());
      values.put(Metric.REVERSE_KL, coverage.reverseKl());
    }
    return new Scores(generated.size(), values);
  }

  @Override
  public double diversity(Samples generated, int batch) {
    return diversity(read(generated).features(), batch);
  }

  private double diversity(Features features, int batch) {
    return Diversity.withinBatches(features, batch) / diversity;
  }

  @Override
  public int modes() {
    return modeShares.length;
  }

  @Override
  public Optional<String> lens() {
    return Optional.of(classifier.description());
  }

  private Reading read(Samples samples) {
    check(samples);
    int[] classes = new int[samples.size()];
    float[] features = new float[0];
    int dimensions = 0;
    float[] images = new float[0];
    for (int first = 0; first < classes.length; first += CHUNK) {
      int count = Math.min(CHUNK, classes.length - first);
      if (images.length != count * samples.sampleSize()) {
        images = new float[count * samples.sampleSize()];
      }
      samples.read(first, count, images);
      requireFinite(images, samples.sampleSize(), first);
      Reading reading = classifier.read(images, count);
      if (first == 0) {
        dimensions = reading.features().dimensions();
        features = new float[classes.length * dimensions];
      }
      System.arraycopy(
          reading.features().values(), 0, features, first * dimensions, count * dimensions);
      System.arraycopy(reading.classes(), 0, classes, first, count);
    }
    return new Reading(new Features(features, dimensions), classes);
  }

  private void check(Samples samples) {
    int[] shape = {samples.channels(), samples.height(), samples.width()};
    int[] readable = {classifier.channels(), classifier.imageSize(), classifier.imageSize()};
    if (!Arrays.equals(shape, readable)) {
      throw new UserException(
          "the images are %d x %d pixels with %d channels, the classifier reads %d x %d with %d:"
                  .formatted(shape[2], shape[1], shape[0], readable[2], readable[1], readable[0])
              + " train one for images of this shape");
    }
    if (samples.size() < FEWEST_SAMPLES) {
      throw new UserException(
          "%d samples are too few to measure: give at least %d"
              .formatted(samples.size(), FEWEST_SAMPLES));
    }
  }

  private static void requireFinite(float[] images, int sampleSize, int first) {
    for (int i = 0; i < images.length; i++) {
      if (!Float.isFinite(images[i])) {
        throw new UserException(
            "sample %d holds the value %s: the generator's weights are damaged, or its training"
                    .formatted(first + i / sampleSize, images[i])
                + " diverged");
      }
    }
  }
}
