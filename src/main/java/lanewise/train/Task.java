package lanewise.train;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import lanewise.backend.Shape;
import lanewise.diagnosis.Diagnosis;
import lanewise.evaluate.Scores;
import lanewise.io.TensorEntry;
import lanewise.nn.Network;

/**
 * What a {@link TrainingRun} trains: networks, the data they learn from, and a step. Loop, folder,
 * checkpoints, log and report are the run's, whatever the task is.
 *
 * <p>A step's randomness is a function of the seed and the step, so that {@link #networks}, {@link
 * #state} and the number of steps are all that a training needs to go on bit for bit.
 */
public interface Task extends AutoCloseable {

  /**
   * A task in words.
   *
   * @param data what it learns from
   * @param sample what a sample of that is: {@code 1 x 32 x 32}
   * @param model which networks are trained: {@code dcgan, --norm batch}
   * @param networks those that are trained
   */
  record Description(String data, String sample, String model, List<Part> networks) {
    /**
     * One of the networks.
     *
     * @param input the shape of what training gives it
     */
    public record Part(Network network, Shape input) {}
  }

  Description description();

  /** Steps done so far. */
  long steps();

  /** How many samples there are to learn from. */
  int dataSize();

  /** How many of them a step takes. */
  int samplesPerStep();

  /** Steps of a pass over the data, at least 1. */
  long stepsPerEpoch();

  /**
   * Trains one step.
   *
   * @return what it measured, by the names of {@code metrics.jsonl}; losses are {@code loss_*}
   * @throws lanewise.UserException if a loss is not finite; or, caused by an {@link
   *     java.io.IOException}, if its data cannot be read, and then nothing has changed
   */
  Map<String, Float> step();

  /** Whether the networks are to be measured after the step just done. */
  default boolean isMeasured() {
    return false;
  }

  /** Measures the networks, which leaves them as they are. */
  default Scores measure() {
    return new Scores(0, Map.of());
  }

  /**
   * What looks for things that go wrong: it is shown each step's line of {@code metrics.jsonl}
   * once, in their order, be they done just now or before a run was resumed.
   */
  Diagnosis diagnosis();

  /** Writes a PNG of what the networks have learned: the same samples each time. */
  void writeSamples(Path png);

  /** What a checkpoint holds of the networks, by the names of its files. */
  Map<String, Network> networks();

  /** What it holds besides: for each file its arrays. */
  Map<String, List<TensorEntry>> state();

  /**
   * Goes on after {@code steps} steps; the networks are loaded already.
   *
   * @param state reads for each file of {@link #state} its arrays, by their names
   */
  void restore(long steps, Function<String, Map<String, TensorEntry>> state);

  /** The networks that a run leaves behind for others, by the names of their files. */
  default Map<String, Network> results() {
    return networks();
  }

  /** What names and dimensions of a network's weights cannot tell, for whoever opens its file. */
  Map<String, String> metadata(Network network);

  /**
   * Adds to the folder of a run that has ended what its report shows besides samples.
   *
   * @throws lanewise.UserException if it cannot be written
   */
  default void completeReport(RunFolder folder) {}

  @Override
  void close();
}
