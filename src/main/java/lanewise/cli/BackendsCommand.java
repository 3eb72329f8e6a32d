package lanewise.cli;

import java.io.PrintWriter;
import lanewise.backend.Backend;
import lanewise.backend.BackendOptions;
import lanewise.backend.BackendProvider;
import lanewise.backend.BackendProvider.Availability.Available;
import lanewise.backend.BackendProvider.Availability.Unavailable;
import lanewise.backend.Backends;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lists what can compute here, and why the rest cannot. */
@Command(
    name = "backends",
    description = "Lists the backends with their state; * marks what --backend auto takes.")
final class BackendsCommand implements Runnable {
  private static final String ROW = "%-2s%-8s %-12s %5s %7s  %s%n";

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(ROW, "", "NAME", "STATE", "LANES", "THREADS", "DEVICE OR REASON");
    boolean taken = false;
    for (BackendProvider provider : Backends.providers()) {
      switch (provider.availability()) {
        case Unavailable(String reason, String remedy) ->
            out.printf(ROW, "", provider.name(), "unavailable", "", "", reason + "; " + remedy);
        case Available _ -> {
          Backend.Description engine = opened(provider);
          out.printf(
              ROW,
              taken ? "" : "*",
              provider.name(),
              "available",
              engine.lanes(),
              engine.threads(),
              engine.device());
          taken = true;
        }
      }
    }
  }

  private static Backend.Description opened(BackendProvider provider) {
    try (Backend backend = provider.open(BackendOptions.defaults())) {
      return backend.description();
    }
  }
}
