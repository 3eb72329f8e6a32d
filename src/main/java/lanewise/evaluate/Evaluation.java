package lanewise.evaluate;

import java.util.Optional;

/** Real data, read once, that any number of generators can be held against. */
public sealed interface Evaluation permits ImageEvaluation, PointEvaluation {

  /**
   * Measures generated samples.
   *
   * @throws lanewise.UserException if they have another shape than the data, are too few, or are
   *     not all numbers
   */
  Scores score(Samples generated);

  /**
   * The mean distance of samples within consecutive batches, in units of the real data's.
   *
   * @param batch samples of a batch
   * @throws lanewise.UserException as {@link #score}
   */
  double diversity(Samples generated, int batch);

  /** How many modes the data has, if that is known. */
  int modes();

  /** How the metrics look at samples, if not at the samples themselves. */
  Optional<String> lens();
}
