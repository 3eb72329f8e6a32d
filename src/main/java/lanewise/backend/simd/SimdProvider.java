package lanewise.backend.simd;

import java.util.Set;
import lanewise.backend.Backend;
import lanewise.backend.BackendProvider;

/**
 * Offers the SIMD backend where the JVM was started with the Vector API.
 *
 * <p>This class must load without it, so nothing here links to {@code jdk.incubator.vector} before
 * its presence is known.
 */
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
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      return new Availability.Unavailable(
          "the JVM was started without the Vector API", "add the flag --add-modules " + MODULE);
    }
    String bits = System.getProperty("lanewise.simd.bits");
    if (bits != null && !Set.of("128", "256", "512").contains(bits)) {
      return new Availability.Unavailable(
          "-Dlanewise.simd.bits is '" + bits + "'", "make it 128, 256 or 512, or leave it out");
    }
    if (Lanes.COUNT < 4) {
      return new Availability.Unavailable(
          "this machine's vectors hold " + Lanes.COUNT + " floats", "use --backend scalar");
    }
    return new Availability.Available(SimdBackend.device(), Lanes.COUNT);
  }

  @Override
  public Backend open(int threads) {
    return new SimdBackend(threads);
  }
}
