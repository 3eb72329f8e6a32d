package lanewise.backend.conformance;

/** A backend did something else than the table of cases asks for; the message says what. */
public final class NonconformanceException extends RuntimeException {
  private static final long serialVersionUID = 1;

  NonconformanceException(String message) {
    super(message);
  }
}
