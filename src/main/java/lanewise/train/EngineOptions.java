package lanewise.train;

import lanewise.backend.BackendOptions;
import lanewise.backend.Precision;

/**
 * What computes; never changes what is trained, but for roundings.
 *
 * @param backend a name for {@link lanewise.backend.Backends#open}
 * @param threads that compute; never changes a result
 * @param device the number of the GPU
 * @param precision a name of {@link Precision}
 */
public record EngineOptions(String backend, int threads, int device, String precision) {

  /** Checks each value. */
  public EngineOptions {
    new BackendOptions(threads, device, Precision.named(precision));
  }

  /** The best backend that can run, on all processors. */
  public static EngineOptions usual() {
    BackendOptions engine = BackendOptions.defaults();
    return new EngineOptions(
        "auto", engine.threads(), engine.device(), engine.precision().toString());
  }

  /** How the backend is to run. */
  public BackendOptions options() {
    return new BackendOptions(threads, device, Precision.named(precision));
  }
}
