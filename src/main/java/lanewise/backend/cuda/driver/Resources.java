package lanewise.backend.cuda.driver;

import java.util.ArrayList;
import java.util.List;

/**
 * What an object owns: closed together, the last first, also when the object's creation fails half
 * way.
 */
public final class Resources implements AutoCloseable {
  private final List<AutoCloseable> owned = new ArrayList<>();

  /** Owns {@code resource}, whose closing must not throw. */
  public <T extends AutoCloseable> T add(T resource) {
    owned.add(resource);
    return resource;
  }

  /** May be called again. */
  @Override
  public void close() {
    for (AutoCloseable resource : owned.reversed()) {
      try {
        resource.close();
      } catch (Exception e) {
        throw new IllegalStateException("Closing never fails, but this did: " + resource, e);
      }
    }
    owned.clear();
  }
}
