package lanewise.benchmarks.compare;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
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
        that saves some can exceed the machine's peak; GB/s of norms count eight tensors (x twice
        and y; x and dy twice and dx), of which caches may hold some, so they can exceed the rate
        of a copy.

        """);
    text.append(summary());
    byGroup().forEach((group, members) -> text.append(table(group, members)));
    text.append(scaling());
    text.append(failures());
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
    List<Result> compared =
        results.stream().filter(r -> r.ratio(timing.apply(r)).isPresent()).toList();
    if (compared.isEmpty()) {
      return "";
    }
    ToDoubleFunction<Result> ratio = r -> r.ratio(timing.apply(r)).orElseThrow();
    Result worst = Collections.min(compared, Comparator.comparingDouble(ratio));
    return format(
        "- Against %s: geometric mean %.2f over %d cases, least %.2f (%s)\n",
        peer,
        Math.exp(compared.stream().mapToDouble(ratio).map(Math::log).average().orElseThrow()),
        compared.size(),
        ratio.applyAsDouble(worst),
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
      cells.addAll(timeAndRate(r, r.lanewise(), "simd"));
      cells.addAll(peer(r, r.torch(), "torch"));
      cells.addAll(peer(r, r.oneDnn(), "onednn"));
      table.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }
    return table.append('\n').toString();
  }

  private static List<String> peer(Result r, Optional<Timing> timing, String engine) {
    List<String> cells = new ArrayList<>(timeAndRate(r, timing, engine));
    cells.add(r.ratio(timing).map(ratio -> format("**%.2f**", ratio)).orElse(""));
    return cells;
  }

  private static List<String> timeAndRate(Result r, Optional<Timing> timing, String engine) {
    if (timing.isEmpty()) {
      return List.of(r.failed(engine) ? "wrong result" : "", "");
    }
    Timing t = timing.get();
    String time = format(t.median() < 10 ? "%.3f" : "%.1f", t.median());
    return List.of((time + " " + t.configuration()).strip(), format("%.0f", r.rate(t)));
  }

  /** Which implementations computed something else. */
  private String failures() {
    StringBuilder list = new StringBuilder();
    for (Result r : results) {
      r.failures().values().forEach(f -> list.append(format("- %s: %s\n", label(r), f)));
    }
    return list.isEmpty() ? "" : "\n## Failed checks\n\n" + list;
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
                  "| %s | %d | %s | %s |\n",
                  single.benchmark().name(),
                  many.threads(),
                  gain(single.lanewise(), many.lanewise()),
                  gain(single.torch(), many.torch())));
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

  private static String gain(Optional<Timing> single, Optional<Timing> many) {
    return single.flatMap(s -> many.map(m -> format("%.2f", s.median() / m.median()))).orElse("");
  }

  /** The case, and its threads where they are not the usual number. */
  static String label(Result r) {
    return r.benchmark().name() + (r.threads() == 1 ? ", 1 thread" : "");
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
