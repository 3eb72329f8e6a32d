package lanewise.cli;

import lanewise.backend.Backend;
import picocli.CommandLine.Option;

/** The options of every command that computes. */
final class BackendOptions {
  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "auto",
      converter = BackendName.class,
      completionCandidates = BackendName.class,
      description = {
        "What computes: ${COMPLETION-CANDIDATES}; auto takes the best that can run here.",
        "Default: ${DEFAULT-VALUE}"
      })
  String backend;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that compute; never changes a result. Default: one per processor")
  private Integer threads;

  int threads() {
    return threads == null ? Runtime.getRuntime().availableProcessors() : threads;
  }

  /** A backend as it was opened: {@code simd (Vector API, 512-bit, 16 lanes; 2 threads)}. */
  static String describe(Backend.Description engine) {
    String threads = engine.threads() == 1 ? "1 thread" : engine.threads() + " threads";
    return "%s (%s; %s)".formatted(engine.name(), engine.device(), threads);
  }
}
