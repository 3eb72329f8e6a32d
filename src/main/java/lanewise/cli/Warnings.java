package lanewise.cli;

import java.io.PrintWriter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Shows what the library logs as warnings, a line each, and nothing of lower level. */
final class Warnings extends Handler {
  private final PrintWriter err;

  private Warnings(PrintWriter err) {
    this.err = err;
    setFormatter(new SimpleFormatter());
    setLevel(Level.WARNING);
  }

  /** Makes this the only handler of all logs of the process. */
  static void printTo(PrintWriter err) {
    LogManager.getLogManager().reset();
    Logger.getLogger("").addHandler(new Warnings(err));
  }

  @Override
  public void publish(LogRecord message) {
    if (isLoggable(message)) {
      String text = getFormatter().formatMessage(message);
      err.println("lanewise: warning: " + Errors.oneLine(text));
    }
  }

  @Override
  public void flush() {
    err.flush();
  }

  @Override
  public void close() {
    flush();
  }
}
