package lanewise.train;

import lanewise.backend.Backend;
import lanewise.data.Dataset;
import lanewise.evaluate.Scores;

/**
 * Measures the generator of a training at some of its steps. Looks at it only: what is trained is
 * the same with and without.
 */
final class Measurements implements AutoCloseable {
  private final GanTrainer trainer;
  private final int every;
  private final long last;
  private final int batchSize;
  private final Judge judge;

  /**
   * Reads the real samples.
   *
   * @param last the last step, which is measured in full
   * @throws lanewise.UserException if there is no classifier for them
   */
  Measurements(Backend backend, TrainOptions options, Dataset real, GanTrainer trainer, long last) {
    this.trainer = trainer;
    this.last = last;
    every = options.measuring().metricsEvery();
    batchSize = options.optimizer().batchSize();
    judge = Judge.open(backend, options.data(), real, options.measuring().judge());
  }

  /** Whether the step just done is one of them. */
  boolean isDue() {
    return trainer.steps() % every == 0 || trainer.steps() == last;
  }

  /**
   * Measures what samples are made with; at the last step also the batches of training.
   *
   * @throws lanewise.UserException if the samples are not numbers
   */
  Scores measure() {
    TrainedGenerator generator = TrainedGenerator.of(trainer.model(), trainer.sampler());
    return trainer.steps() == last
        ? judge.scoreWithBatches(generator, batchSize)
        : judge.score(generator);
  }

  @Override
  public void close() {
    judge.close();
  }
}
