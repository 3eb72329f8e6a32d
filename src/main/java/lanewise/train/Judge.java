package lanewise.train;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.data.Dataset;
import lanewise.data.Datasets;
import lanewise.data.GaussianMixture;
import lanewise.data.StackedDataset;
import lanewise.data.Subset;
import lanewise.evaluate.Classifier;
import lanewise.evaluate.Evaluation;
import lanewise.evaluate.ImageEvaluation;
import lanewise.evaluate.Metric;
import lanewise.evaluate.PointEvaluation;
import lanewise.evaluate.Samples;
import lanewise.evaluate.Scores;
import lanewise.evaluate.StackedClassifier;
import lanewise.metrics.SampleDependence;

/**
 * A data set's real samples, read once, and the way generated ones are compared with them: points
 * as they are, images on the features of a classifier.
 */
public final class Judge implements AutoCloseable {
  /** Batches in which the dependence is measured, and of which the diversity is. */
  private static final int BATCHES = 64;

  private final String data;
  private final Dataset real;
  private final Settings settings;
  private final Evaluation evaluation;
  private final TrainedClassifier classifier;

  /**
   * How to compare.
   *
   * @param samples how many to generate, and how many real ones to compare them with
   * @param seed of the latents and of which real samples
   * @param classifier a file that {@link TrainedClassifier#open} takes, or null for the shipped one
   */
  public record Settings(int samples, long seed, Path classifier) {
    /**
     * Checks the number.
     *
     * @throws UserException if so few samples say nothing
     */
    public Settings {
      if (samples < ImageEvaluation.FEWEST_SAMPLES) {
        throw new UserException(
            "%d samples are too few to measure: give at least %d"
                .formatted(samples, ImageEvaluation.FEWEST_SAMPLES));
      }
    }
  }

  private Judge(
      String data,
      Dataset real,
      Settings settings,
      Evaluation evaluation,
      TrainedClassifier classifier) {
    this.data = data;
    this.real = real;
    this.settings = settings;
    this.evaluation = evaluation;
    this.classifier = classifier;
  }

  /**
   * Reads the real samples.
   *
   * @param data by which {@code real} was opened, for {@link Datasets#open}
   * @param backend of the classifier, which is closed with the judge
   * @throws UserException if there is no classifier for these images, with the command that trains
   *     one; or if it cannot read them
   */
  public static Judge open(Backend backend, String data, Dataset real, Settings settings) {
    if (real instanceof GaussianMixture mixture) {
      return new Judge(data, real, settings, new PointEvaluation(mixture), null);
    }
    TrainedClassifier classifier = classifier(backend, data, real, settings.classifier());
    try {
      Classifier reader =
          real instanceof StackedDataset && classifier.channels() == 1
              ? new StackedClassifier(classifier)
              : classifier;
      Evaluation evaluation =
          new ImageEvaluation(real, reader, settings.samples(), settings.seed());
      return new Judge(data, real, settings, evaluation, classifier);
    } catch (RuntimeException e) {
      classifier.close();
      throw e;
    }
  }

  private static TrainedClassifier classifier(
      Backend backend, String data, Dataset real, Path file) {
    if (file != null) {
      return TrainedClassifier.open(backend, file);
    }
    TrainedClassifier shipped = TrainedClassifier.shipped(backend, data, real.height());
    if (shipped == null) {
      throw new UserException(
          "there is no classifier for %s at %d pixels, on whose features to compare: train one by"
                  .formatted(data, real.height())
              + " 'lanewise classifier --data %s --image-size %d --out FILE', and give it by"
                  .formatted(data, real.height())
              + " --classifier FILE");
    }
    return shipped;
  }

  /** What samples are held against. */
  public Dataset real() {
    return real;
  }

  /** How they are. */
  public Evaluation evaluation() {
    return evaluation;
  }

  /** Measures a generator's samples, made with running statistics where it keeps them. */
  public Scores score(TrainedGenerator generator) {
    return evaluation.score(generator.samples(settings.samples(), settings.seed()));
  }

  /** Measures some samples of a data set. */
  public Scores score(Dataset samples) {
    Dataset some = Subset.random(samples, settings.samples(), settings.seed());
    return evaluation.score(Samples.of(some));
  }

  /**
   * {@link #score(TrainedGenerator)}, and what the generator's batches are when they are normalised
   * as in training: their diversity, and how far a sample depends on the others.
   *
   * @param batchSize samples that share statistics in training
   */
  public Scores scoreWithBatches(TrainedGenerator generator, int batchSize) {
    int batch = Math.max(2, batchSize);
    Samples batches = generator.trainingBatches(BATCHES, batch, settings.seed());
    SampleDependence dependence =
        SampleDependence.of(
            generator::trainingBatch, batch, generator.spec().latent(), BATCHES, settings.seed());
    return score(generator)
        .with(Metric.TRAINING_DIVERSITY, evaluation.diversity(batches, batch))
        .with(Metric.DEPENDENCE, dependence.relative());
  }

  /**
   * The scores of real samples that are not in the data, the best that can be hoped for; empty if
   * there are too few.
   *
   * @param log receives what the user should know about them
   */
  public Optional<Scores> heldOut(Consumer<String> log) {
    boolean points = evaluation instanceof PointEvaluation;
    Dataset test =
        Datasets.openTest(
            data, points ? 0 : real.height(), points ? 0 : real.channels(), settings.seed(), log);
    return test == null || test.size() < ImageEvaluation.FEWEST_SAMPLES
        ? Optional.empty()
        : Optional.of(score(test));
  }

  @Override
  public void close() {
    if (classifier != null) {
      classifier.close();
    }
  }
}
