package lanewise.backend.scalar;

import java.util.List;
import lanewise.backend.Backend;
import lanewise.backend.BackendOptions;
import lanewise.backend.BackendProvider;
import lanewise.backend.host.HostBackend;

/** Offers the scalar backend, which runs everywhere and is taken when nothing faster can run. */
public final class ScalarProvider implements BackendProvider {

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public Availability availability() {
    return new Availability.Available(ScalarBackend.DESCRIPTION.device(), List.of());
  }

  /** Opens the engine, which computes on the caller's thread whatever {@code threads} says. */
  @Override
  public Backend open(BackendOptions options) {
    HostBackend.requireHost(name(), options);
    return new ScalarBackend();
  }
}
