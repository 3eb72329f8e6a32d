package lanewise.backend;

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

    /** It can, on {@code device} with vectors of {@code lanes} fp32 elements. */
    record Available(String device, int lanes) implements Availability {}

    /** It cannot, for {@code reason}; {@code remedy} says what the user can do. */
    record Unavailable(String reason, String remedy) implements Availability {}
  }
}
