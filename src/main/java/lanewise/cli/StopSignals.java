package lanewise.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jline.utils.Signals;

/**
 * Ctrl-C and its like while a training runs: the first one asks it to stop, which takes until the
 * present step and its checkpoint are done; the second ends the process at once.
 *
 * <p>Not a shutdown hook: during a shutdown the JVM no longer listens for the second one.
 */
final class StopSignals implements AutoCloseable {
  /** The signals that ask a process to end, by their numbers. */
  private static final Map<String, Integer> NUMBERS = Map.of("HUP", 1, "INT", 2, "TERM", 15);

  /** What a shell adds to the signal that ended a process. */
  private static final int SIGNALLED = 128;

  private final Map<String, Object> previous = new LinkedHashMap<>();
  private volatile int status;

  /**
   * Listens until it is closed.
   *
   * @param say is told what the first signal does, on a thread of its own
   * @param stop asks the training to stop, behind it
   */
  StopSignals(Consumer<String> say, Runnable stop) {
    NUMBERS.forEach(
        (name, number) ->
            previous.put(name, Signals.register(name, () -> received(name, number, say, stop))));
  }

  private synchronized void received(String name, int number, Consumer<String> say, Runnable stop) {
    if (status != 0) {
      Runtime.getRuntime().halt(status);
    }
    status = SIGNALLED + number;
    say.accept(
        "SIG%s: ending after this step, with a checkpoint; once more to end at once"
            .formatted(name));
    stop.run();
  }

  /** The exit status that says which signal came, or 0 if none did. */
  int status() {
    return status;
  }

  @Override
  public void close() {
    previous.forEach(Signals::unregister);
  }
}
