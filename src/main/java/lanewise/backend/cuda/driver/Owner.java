package lanewise.backend.cuda.driver;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A native object that ends with {@link #close}, once.
 *
 * <p>Owners are counted, so that tests can tell that nothing is left behind; nothing is freed
 * behind the caller's back.
 */
public abstract class Owner implements AutoCloseable {
  private static final Map<String, Integer> LIVE = new ConcurrentHashMap<>();

  private boolean open = true;

  /** Called when the native object exists. */
  protected Owner() {
    LIVE.merge(kind(), 1, Integer::sum);
  }

  /** How many owners are open in this process, by the names of their classes. */
  public static Map<String, Integer> live() {
    return new TreeMap<>(LIVE);
  }

  /** Destroys the native object; called once, and must not throw. */
  protected abstract void release();

  /**
   * Guards every use of the native object.
   *
   * @throws IllegalStateException after {@link #close}
   */
  protected final void requireOpen() {
    if (!open) {
      throw new IllegalStateException("The " + kind() + " is used after it was closed");
    }
  }

  @Override
  public final void close() {
    if (open) {
      open = false;
      LIVE.computeIfPresent(kind(), (kind, count) -> count == 1 ? null : count - 1);
      release();
    }
  }

  private String kind() {
    return getClass().getSimpleName();
  }
}
