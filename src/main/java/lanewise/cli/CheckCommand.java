package lanewise.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.conformance.ConformanceCase;
import lanewise.backend.conformance.ConformanceCases;
import lanewise.backend.conformance.ConformanceRun;
import lanewise.backend.conformance.Verdict;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Holds a backend to the scalar one, on the user's machine. */
@Command(
    name = "check",
    description = {
      "Computes the table of conformance cases on a backend of this machine and compares with the",
      "scalar reference: a line for each operation, with its worst case, and one for each failure."
    },
    sortOptions = false,
    abbreviateSynopsis = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  lanewise check",
      "  lanewise check --backend cuda --precision tf32",
      "  lanewise check --backend cuda --device 1 --all"
    })
final class CheckCommand implements Callable<Integer> {
  private static final String ROW = "%-23s %6s  %13s  %9s  %-6s  %s%n";

  /** A backend that is wrong may be so in thousands of cases. */
  private static final int FAILURES_SHOWN = 50;

  @Spec private CommandSpec spec;

  @Mixin private EngineArguments engine;

  @Option(names = "--all", description = "A line for each case.")
  private boolean all;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    try (Backend tested = engine.open();
        Backend reference = Backends.open("scalar")) {
      out.printf(
          "%s in %s, against scalar%n%n",
          EngineArguments.describe(tested.description()), engine.precision);
      out.printf(ROW, "OPERATION", "CASES", "LARGEST ERROR", "TOLERANCE", "", "WORST CASE");
      out.flush();
      return print(out, tested, reference);
    }
  }

  private int print(PrintWriter out, Backend tested, Backend reference) {
    long start = System.nanoTime();
    Map<String, List<ConformanceCase>> operations = new LinkedHashMap<>();
    for (ConformanceCase row : ConformanceCases.all()) {
      operations.computeIfAbsent(row.method(), _ -> new ArrayList<>()).add(row);
    }
    List<Verdict> failures = new ArrayList<>();
    int cases = 0;
    for (Map.Entry<String, List<ConformanceCase>> operation : operations.entrySet()) {
      List<Verdict> verdicts = new ArrayList<>();
      for (ConformanceCase row : operation.getValue()) {
        Verdict verdict = ConformanceRun.judge(row, tested, reference, engine.precision);
        verdicts.add(verdict);
        if (all) {
          line(out, operation.getKey(), 1, verdict);
        }
      }
      cases += verdicts.size();
      failures.addAll(verdicts.stream().filter(v -> !v.passed()).toList());
      if (!all) {
        line(out, operation.getKey(), verdicts.size(), worst(verdicts));
      }
    }
    failures.stream()
        .limit(FAILURES_SHOWN)
        .forEach(v -> out.printf("%nFAILED %s%n  %s%n", v.row().name(), v.problem()));
    long seconds = (System.nanoTime() - start) / 1_000_000_000;
    out.println();
    if (failures.isEmpty()) {
      out.printf("all %,d cases passed, in %d s%n", cases, seconds);
      return ExitCode.OK;
    }
    out.printf("%,d of %,d cases failed, in %d s%n", failures.size(), cases, seconds);
    return ExitCode.SOFTWARE;
  }

  /** The one that is nearest to its tolerance, or farthest beyond it. */
  private static Verdict worst(List<Verdict> verdicts) {
    return verdicts.stream().max(Comparator.comparingDouble(CheckCommand::share)).orElseThrow();
  }

  private static double share(Verdict verdict) {
    return verdict.error() == 0 ? 0 : verdict.error() / verdict.limit();
  }

  private static void line(PrintWriter out, String operation, int cases, Verdict verdict) {
    out.printf(
        ROW,
        operation,
        "%,d".formatted(cases),
        verdict.error() == 0 ? "0" : "%.1e".formatted(verdict.error()),
        verdict.limit() == 0 ? "exact" : "%.1e".formatted(verdict.limit()),
        verdict.passed() ? "ok" : "FAILED",
        verdict.row().name().substring(verdict.row().method().length()).strip());
    out.flush();
  }
}
