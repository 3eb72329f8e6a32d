package lanewise.diagnosis;

import java.util.List;
import java.util.Objects;

/** Watches a training, step by step, and says once when something begins to go wrong. */
public final class Diagnosis {
  private final List<Symptom> symptoms;

  /**
   * @param scores the meaning of the discriminator's output
   */
  public Diagnosis(Scores scores) {
    symptoms =
        List.of(
            new Collapse(),
            new LostModes(),
            new DiscriminatorWins(scores),
            new DiscriminatorLoses(),
            new ExplodingGradients("discriminator", "--norm-d", Observation::gradNormD),
            new ExplodingGradients("generator", "--norm-g", Observation::gradNormG));
  }

  /** What begins or is over with this step; usually nothing. */
  public List<Finding> observe(Observation step) {
    return symptoms.stream()
        .map(symptom -> symptom.observe(step))
        .filter(Objects::nonNull)
        .toList();
  }

  /** What began and is not over. */
  public List<Finding> standing() {
    return symptoms.stream().map(Symptom::standing).filter(Objects::nonNull).toList();
  }
}
