package lanewise.backend;

import java.lang.System.Logger.Level;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import lanewise.Names;
import lanewise.UserException;
import lanewise.backend.BackendProvider.Availability.Available;
import lanewise.backend.BackendProvider.Availability.Unavailable;

/** Opens backends by name; discovery is by {@link ServiceLoader}. */
public final class Backends {
  private static final System.Logger LOG = System.getLogger("lanewise.backend");

  private Backends() {}

  /** {@link #open(String, BackendOptions)} with a thread for every processor, in fp32. */
  public static Backend open(String name) {
    return open(name, BackendOptions.defaults());
  }

  /** {@link #open(String, BackendOptions)} with so many threads, in fp32. */
  public static Backend open(String name, int threads) {
    return open(name, BackendOptions.ofThreads(threads));
  }

  /**
   * Opens a backend.
   *
   * @param name one of {@link #providers()}, or {@code auto} for the best that can run here, which
   *     logs what it took and why it skipped the others
   * @throws UserException if there is no such backend, if it cannot run here, or if it does not
   *     have the options' device or precision: a named backend is never replaced by another
   */
  public static Backend open(String name, BackendOptions options) {
    BackendProvider provider = name.equals("auto") ? best() : named(name);
    return new CheckedBackend(provider.open(options));
  }

  /** All backends that are installed, best first. */
  public static List<BackendProvider> providers() {
    return ServiceLoader.load(BackendProvider.class, Backends.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparingInt(BackendProvider::priority).reversed())
        .toList();
  }

  /** What {@link #open} takes as a name: {@code auto} and every installed backend. */
  public static List<String> names() {
    return Stream.concat(Stream.of("auto"), providers().stream().map(BackendProvider::name))
        .toList();
  }

  private static BackendProvider named(String name) {
    for (BackendProvider provider : providers()) {
      if (provider.name().equals(name)) {
        if (provider.availability() instanceof Unavailable(String reason, String remedy)) {
          throw new UserException(
              "Backend %s cannot run here: %s; %s".formatted(name, reason, remedy));
        }
        return provider;
      }
    }
    throw new UserException(Names.unknown("backend", name, names()));
  }

  private static BackendProvider best() {
    String skipped = null;
    for (BackendProvider provider : providers()) {
      switch (provider.availability()) {
        case Available(String device, List<String> _) -> {
          LOG.log(Level.INFO, "Backend {0}: {1}", provider.name(), device);
          if (provider.priority() == 0 && skipped != null) {
            // The slow one: of what was skipped, the last is what most machines could run.
            LOG.log(
                Level.WARNING, "{0}; until then {1} computes, slowly", skipped, provider.name());
          }
          return provider;
        }
        case Unavailable(String reason, String remedy) -> {
          skipped = "Backend %s is skipped: %s; %s".formatted(provider.name(), reason, remedy);
          LOG.log(Level.INFO, skipped);
        }
      }
    }
    throw new UserException("No backend can run here: " + skipped);
  }
}
