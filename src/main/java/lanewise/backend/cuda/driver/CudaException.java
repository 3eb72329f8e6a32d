package lanewise.backend.cuda.driver;

import lanewise.UserException;

/** A call of the driver or of cuDNN that did not succeed, in one line. */
public final class CudaException extends UserException {
  private static final long serialVersionUID = 1;

  private final String function;
  private final int status;

  /**
   * Describes one failed call.
   *
   * @param function that was called
   * @param status what it returned
   * @param meaning the status in words, and what can be done
   */
  public CudaException(String function, int status, String meaning) {
    super("GPU: %s failed: %s".formatted(function, meaning));
    this.function = function;
    this.status = status;
  }

  public String function() {
    return function;
  }

  /** A {@code CUresult} or a {@code cudnnStatus_t}, as the function has it. */
  public int status() {
    return status;
  }
}
