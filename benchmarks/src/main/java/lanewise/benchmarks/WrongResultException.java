package lanewise.benchmarks;

/** An implementation computed something else than the others, beyond rounding. */
public final class WrongResultException extends RuntimeException {
  private static final long serialVersionUID = 1;

  WrongResultException(String message) {
    super(message);
  }
}
