package lanewise.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import lanewise.backend.Backend;
import lanewise.train.RunReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes the report of a run anew. */
@Command(
    name = "report",
    description = {
      "Makes the report.html of a run anew, from what is in its folder.",
      "Computes what the report shows of the generator: images between latents, and the training"
          + " images that are nearest to samples, by pixels and by a classifier's features. All of"
          + " the data is searched; when a training ends, so much of it as takes seconds."
    },
    sortOptions = false,
    abbreviateSynopsis = true)
final class ReportCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "RUN", description = "A folder that train left behind.")
  private Path run;

  @Mixin private EngineArguments engine;

  @Override
  public void run() {
    PrintWriter log = spec.commandLine().getErr();
    try (Backend backend = engine.open()) {
      spec.commandLine().getOut().println(RunReport.rebuild(backend, run, log::println));
    }
  }
}
