package lanewise.backend.cuda;

import java.util.ArrayList;
import java.util.List;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.backend.BackendOptions;
import lanewise.backend.BackendProvider;
import lanewise.backend.Precision;
import lanewise.backend.cuda.driver.Device;
import lanewise.backend.cuda.driver.Driver;
import lanewise.backend.cuda.library.Companions;
import lanewise.backend.cuda.library.Installation;
import lanewise.backend.cuda.library.Installation.Unusable;
import lanewise.backend.cuda.library.Installation.Usable;

/** Offers the engine on NVIDIA's GPUs where the machine has what it needs. */
public final class CudaProvider implements BackendProvider {
  private static final double GIB = 1L << 30;

  @Override
  public String name() {
    return "cuda";
  }

  @Override
  public int priority() {
    return 200;
  }

  @Override
  public Availability availability() {
    return switch (Installation.get()) {
      case Unusable(String reason, String remedy) -> new Availability.Unavailable(reason, remedy);
      case Usable usable ->
          new Availability.Available(describe(usable.devices().getFirst()), details(usable));
    };
  }

  private static String describe(Device device) {
    return "%s, %.1f GiB".formatted(device.name(), device.memory() / GIB);
  }

  private static List<String> details(Usable usable) {
    List<String> details = new ArrayList<>();
    usable.devices().stream()
        .skip(1)
        .map(device -> "--device %d: %s".formatted(device.ordinal(), describe(device)))
        .forEach(details::add);
    String release = Driver.release().map(number -> " " + number).orElse("");
    details.add(
        "driver%s for CUDA %s: %s".formatted(release, usable.cudaVersion(), usable.driverFile()));
    details.add("cuDNN %s: %s".formatted(usable.cudnnVersion(), usable.cudnnFile()));
    return details;
  }

  @Override
  public Backend open(BackendOptions options) {
    switch (Installation.get()) {
      case Unusable(String reason, String remedy) ->
          throw new UserException("Backend cuda: " + reason + "; " + remedy);
      case Usable usable -> {
        usable.device(options.device(), options.precision() == Precision.BF16);
        Companions.load(usable.cudnnFile());
        return CudaBackend.open(options);
      }
    }
  }
}
