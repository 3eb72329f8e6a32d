package lanewise.diagnosis;

/**
 * One thing that can go wrong. It is reported once when it begins and once when it is over, for
 * which the figures have to get clearly better than those that began it.
 */
abstract class Symptom {
  private final String kind;
  private Finding standing;

  Symptom(String kind) {
    this.kind = kind;
  }

  /** A finding if something began or is over with this step, else null. */
  final Finding observe(Observation o) {
    if (!take(o)) {
      return null;
    }
    if (standing == null && begins()) {
      standing = new Finding(o.step(), kind, message(), advice());
      return standing;
    }
    if (standing != null && isOver()) {
      standing = null;
      return new Finding(o.step(), kind, relief(), "");
    }
    return null;
  }

  /** What was found and is not over, or null. */
  final Finding standing() {
    return standing;
  }

  /** Takes note; false if there is nothing to judge by yet, or nothing new. */
  abstract boolean take(Observation o);

  abstract boolean begins();

  abstract boolean isOver();

  abstract String message();

  abstract String advice();

  /** The message at the end. */
  abstract String relief();
}
