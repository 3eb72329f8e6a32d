package lanewise.backend.cuda.cudnn;

import java.util.ArrayList;
import java.util.List;
import lanewise.backend.cuda.driver.Owner;

/** What a plan owns: closed together, and closed if the plan cannot be finished. */
final class Descriptors implements AutoCloseable {
  private final List<Owner> owned = new ArrayList<>();

  <T extends Owner> T add(T owner) {
    owned.add(owner);
    return owner;
  }

  @Override
  public void close() {
    owned.reversed().forEach(Owner::close);
    owned.clear();
  }
}
