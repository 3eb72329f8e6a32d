package lanewise.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
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
  private static final String ROW = "%-2s%-8s %-12s %s%n";
  private static final int TEXT_COLUMNS = 100 - 24;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(ROW, "", "NAME", "STATE", "DEVICE OR REASON");
    boolean taken = false;
    for (BackendProvider provider : Backends.providers()) {
      switch (provider.availability()) {
        case Unavailable(String reason, String remedy) ->
            print(out, "", provider.name(), "unavailable", Stream.of(reason + ";", remedy));
        case Available(String device, List<String> details) -> {
          Stream<String> text = Stream.concat(Stream.of(device), details.stream());
          print(out, taken ? "" : "*", provider.name(), "available", text);
          taken = true;
        }
      }
    }
  }

  private static void print(
      PrintWriter out, String mark, String name, String state, Stream<String> text) {
    List<String> lines = text.flatMap(line -> wrap(line).stream()).toList();
    out.printf(ROW, mark, name, state, lines.getFirst());
    lines.stream().skip(1).forEach(line -> out.printf(ROW, "", "", "", line));
  }

  /** Breaks a text at its spaces; what has none, as a path, is never broken. */
  private static List<String> wrap(String text) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split(" ")) {
      if (!line.isEmpty() && line.length() + 1 + word.length() > TEXT_COLUMNS) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
