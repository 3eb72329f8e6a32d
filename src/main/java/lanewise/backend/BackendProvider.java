package lanewise.backend;

import java.util.List;

/**
 * How {@link Backends} finds an engine: one class each, named in {@code META-INF/services} and
 * loadable on every machine, whether the engine can run there or not.
 */
public interface BackendProvider {

  /** What a user writes after {@code --backend}. */
  String name();

  /** {@code auto} takes the available backend of the highest priority. */
  int priority();

  /** Whether the engine can run here; must not throw. */
  Availability availability();

  /**
   * Opens the engine.
   *
   * @throws lanewise.UserException if it does not have the options' device or precision
   */
  Backend open(BackendOptions options);

  /** Whether and why an engine can run on this machine. */
  sealed interface Availability {

    /**
     * It can.
     *
     * @param device that computes, in a few words
     * @param details lines on what it uses, or none
     */
    record Available(String device, List<String> details) implements Availability {
      public Available {
        details = List.copyOf(details);
      }
    }

    /** It cannot, for {@code reason}; {@code remedy} says what the user can do. */
    record Unavailable(String reason, String remedy) implements Availability {}
  }
}
