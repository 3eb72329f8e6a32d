package lanewise.backend.cuda.library;

import lanewise.backend.cuda.library.Installation.Unusable;

/** Ends the check of an installation with what is wrong. */
final class UnusableException extends Exception {
  private static final long serialVersionUID = 1;

  private final String remedy;

  UnusableException(String reason, String remedy) {
    super(reason);
    this.remedy = remedy;
  }

  Unusable result() {
    return new Unusable(getMessage(), remedy);
  }
}
