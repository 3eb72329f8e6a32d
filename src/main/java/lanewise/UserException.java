package lanewise;

/**
 * A mistake or a circumstance that the user can mend.
 *
 * <p>The message is one line: what was wrong, where, and what to do. The command line prints it
 * without a stack trace and exits with a status that is not zero.
 */
public class UserException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public UserException(String message) {
    super(message);
  }

  public UserException(String message, Throwable cause) {
    super(message, cause);
  }
}
