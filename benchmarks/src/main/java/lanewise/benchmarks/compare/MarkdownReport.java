package lanewise.benchmarks.compare;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The tables of medians and ratios. */
record MarkdownReport(Machine machine, List<Result> results, String command) {

  String text() {
    StringBuilder text = new StringBuilder("# Lanewise beside PyTorch and oneDNN\n\n");
    machine.facts().forEach(fact -> text.append("- ").append(fact).append('\n'));
    text.append("- Command: `").append(command).append("`\n\n");
    text.append(
        """
        Medians of rounds in which all take turns, in one process. A ratio is the other's time over
        Lanewise's: above 1, Lanewise is faster. PyTorch is the faster of NCHW and channels_last.
        GFLOP/s count the multiplications and additions of the direct algorithm, so an algorithm
        that saves some can exceed the machine's peak; GB/s count what must cross the memory bus.

        """);
    text.append(summary());
    byGroup().forEach((group, members) -> text.append(table(group, members)));
    text.append(scaling());
    return text.toString();
  }

  private Map<String, List<Result>> byGroup() {
    return results.stream()
        .collect(
            Collectors.groupingBy(
                r -> r.benchmark().group(), LinkedHashMap::new, Collectors.toList()));
  }

  private String summary() {
    return against("PyTorch", Result::torch) + against("oneDNN", Result::oneDnn) + "\n";
  }

  private String against(String peer, Function<Result, Optional<Timing>> timing) {
    List<Result> compared = results.stream().filter(r -> timing.apply(r).isPresent()).toList();
    if (compared.isEmpty()) {
      return "";
    }
    double logs = 0;
    Result worst = compared.getFirst();
    for (Result r : compared) {
      logs += Math.log(r.ratio(timing.apply(r).get()));
      if (r.ratio(timing.apply(r).get()) < worst.ratio(timing.apply(worst).get())) {
        worst = r;
      }
    }
    return format(
        "- Against %s: geometric mean %.2f over %d cases, least %.2f (%s)\n",
        peer,
        Math.exp(logs / compared.size()),
        compared.size(),
        worst.ratio(timing.apply(worst).get()),
        label(worst));
  }

  private static String table(String group, List<Result> members) {
    String unit = members.getFirst().rateUnit();
    StringBuilder table = new StringBuilder("## " + group + "\n\n");
    table.append(
        format(
            """
            | case | threads | Lanewise ms | %1$s | PyTorch ms | %1$s | ratio | oneDNN ms | %1$s | ratio |
            |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|
            """,
            unit));
    for (Result r : members) {
      List<String> cells = new ArrayList<>();
      cells.add(r.benchmark().name());
      cells.add(Integer.toString(r.threads()));
      cells.addAll(timeAndRate(r, r.lanewise(), ""));
      cells.addAll(peer(r, r.torch()));
      cells.addAll(peer(r, r.oneDnn()));
      table.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
    return table.append('\n').toString();
  }

  private static List<String> peer(Result r, Optional<Timing> timing) {
    if (timing.isEmpty()) {
      return List.of("", "", "");
    }
    Timing t = timing.get();
    String configuration = t.configuration().isEmpty() ? "" : " " + t.configuration();
    List<String> cells = new ArrayList<>(timeAndRate(r, t, configuration));
    cells.add(format("**%.2f**", r.ratio(t)));
    return cells;
  }

  private static List<String> timeAndRate(Result r, Timing t, String configuration) {
    String pattern = t.median() < 10 ? "%.3f%s" : "%.1f%s";
    return List.of(format(pattern, t.median(), configuration), format("%.0f", r.rate(t)));
  }

  /** What a second thread brings, where both were measured. */
  private String scaling() {
    StringBuilder table = new StringBuilder();
    for (Result single : results) {
      for (Result many : results) {
        if (single.threads() == 1
            && many.threads() > 1
            && single.benchmark().equals(many.benchmark())) {
          table.append(
              format(
                  "| %s | %d | %.2f | %s |\n",
                  single.benchmark().name(),
                  many.threads(),
                  single.lanewise().median() / many.lanewise().median(),
                  single
                      .torch()
                      .map(t -> format("%.2f", t.median() / many.torch().orElseThrow().median()))
                      .orElse("")));
        }
      }
    }
    if (table.isEmpty()) {
      return "";
    }
    return """
    ## Several threads over one

    | case | threads | Lanewise | PyTorch |
    |---|---:|---:|---:|
    """
        + table;
  }

  /** The case, and its threads where they are not the usual number. */
  static String label(Result r) {
    return r.benchmark().name() + (r.threads() == 1 ? ", 1 thread" : "");
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
