package lanewise.backend.simd;

import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.backend.BackendProvider;

/** Offers the SIMD backend where the JVM was started with the Vector API. */
public final class SimdProvider implements BackendProvider {
  private static final String MODULE = "jdk.incubator.vector";

  @Override
  public String name() {
    return "simd";
  }

  @Override
  public int priority() {
    return 100;
  }

  @Override
  public Availability availability() {
    return ModuleLayer.boot().findModule(MODULE).isPresent()
        ? new Availability.Available(SimdBackend.device(), Lanes.COUNT)
        : new Availability.Unavailable(
            "the JVM runs without the Vector API", "start java with --add-modules " + MODULE);
  }

  @Override
  public Backend open(int threads) {
    if (availability() instanceof Availability.Unavailable(String reason, String remedy)) {
      throw new UserException("Backend simd: " + reason + "; " + remedy);
    }
    return new SimdBackend(threads);
  }
}
