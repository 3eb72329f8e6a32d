package lanewise.cli;

import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.backend.BackendOptions;
import lanewise.backend.Backends;
import lanewise.backend.Precision;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The options of every command that computes. */
final class EngineArguments {
  @Spec(Target.MIXEE)
  private CommandSpec spec;

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

  @Option(
      names = "--device",
      paramLabel = "N",
      defaultValue = "0",
      description = "The GPU that computes, by its number. Default: ${DEFAULT-VALUE}")
  int device;

  @Option(
      names = "--precision",
      paramLabel = "NAME",
      defaultValue = "fp32",
      converter = Choice.OfPrecision.class,
      completionCandidates = Choice.OfPrecision.class,
      description = {
        "fp32; on a GPU also tf32, which rounds the operands of convolutions, or bf16, which stores"
            + " activations so.",
        "Weights, optimiser and statistics are fp32 in each. Default: ${DEFAULT-VALUE}"
      })
  Precision precision;

  int threads() {
    return threads == null ? Runtime.getRuntime().availableProcessors() : threads;
  }

  /** Opens the backend that was asked for. */
  Backend open() {
    return Backends.open(backend, options());
  }

  /**
   * How it is to run.
   *
   * @throws ParameterException if a number is impossible
   */
  BackendOptions options() {
    try {
      return new BackendOptions(threads(), device, precision);
    } catch (UserException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  /** A backend as it was opened: {@code simd (Vector API, 512-bit, 16 lanes; 2 threads)}. */
  static String describe(Backend.Description engine) {
    String threads = engine.threads() == 1 ? "1 thread" : engine.threads() + " threads";
    return "%s (%s; %s)".formatted(engine.name(), engine.device(), threads);
  }
}
