package lanewise.backend.simd;

import java.util.List;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.backend.BackendOptions;
import lanewise.backend.BackendProvider;
import lanewise.backend.host.HostBackend;

/** Offers the SIMD backend where the JVM was started with the Vector API. */
public final class SimdProvider implements BackendProvider {
  private static final String MODULE = "jdk.incubator.vector";
  private static final String FORCED_BITS = "lanewise.simd.bits";
  private static final List<Integer> WIDTHS = List.of(128, 256, 512);
  private static final String FORCED_CONVOLUTION = "lanewise.simd.conv";
  private static final List<String> CONVOLUTIONS =
      List.of("gemm", "winograd2", "winograd4", "direct");
  private static final int MIN_LANES = 4;

  @Override
  public String name() {
    return "simd";
  }

  @Override
  public int priority() {
    return 100;
  }

  /** Touches no class that links to the Vector API before it is known to be there. */
  @Override
  public Availability availability() {
    if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
      return new Availability.Unavailable(
          "the JVM runs without the Vector API", "start java with --add-modules " + MODULE);
    }
    Integer bits = Integer.getInteger(FORCED_BITS);
    if (bits != null && !WIDTHS.contains(bits)) {
      return new Availability.Unavailable(
          "-D" + FORCED_BITS + "=" + bits + " is no width of a vector", "set 128, 256 or 512");
    }
    String convolution = System.getProperty(FORCED_CONVOLUTION);
    if (convolution != null && !CONVOLUTIONS.contains(convolution)) {
      return new Availability.Unavailable(
          "-D" + FORCED_CONVOLUTION + "=" + convolution + " is no algorithm",
          "set one of " + String.join(", ", CONVOLUTIONS) + ", or leave the choice to the shapes");
    }
    if (Lanes.COUNT < MIN_LANES) {
      return new Availability.Unavailable(
          "the JVM knows no vectors of 128 bits or more on this processor", "use --backend scalar");
    }
    return new Availability.Available(SimdBackend.device(), List.of());
  }

  @Override
  public Backend open(BackendOptions options) {
    if (availability() instanceof Availability.Unavailable(String reason, String remedy)) {
      throw new UserException("Backend simd: " + reason + "; " + remedy);
    }
    HostBackend.requireHost(name(), options);
    return new SimdBackend(options.threads());
  }
}
