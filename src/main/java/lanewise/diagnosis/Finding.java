package lanewise.diagnosis;

/**
 * That something about a training began to go wrong, or ceased to.
 *
 * @param step at which it was noticed
 * @param kind what it is, in a word or two that stay the same: {@code collapse}
 * @param message one line in plain words, with the figures
 * @param advice what to try, one line; empty when it is over
 */
public record Finding(long step, String kind, String message, String advice) {

  /** Whether this ends an earlier finding of the same kind. */
  public boolean isOver() {
    return advice.isEmpty();
  }
}
