package lanewise.train;

import lanewise.UserException;
import lanewise.diagnosis.Finding;

/** A training that cannot go on from what its step came to. */
final class TrainingFailure extends UserException {
  private static final long serialVersionUID = 1;

  private final transient Finding finding;

  /** {@code finding} says what is wrong, and what to try. */
  TrainingFailure(Finding finding) {
    super(
        "Training stopped at step %d: %s; what was saved is kept; %s"
            .formatted(finding.step(), finding.message(), finding.advice()));
    this.finding = finding;
  }

  Finding finding() {
    return finding;
  }
}
