package lanewise.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import lanewise.benchmarks.Suite;

/** {@code compare [--quick | --smoke] [--threads N] [--only WORDS] [--out DIR]}. */
public final class Comparison {
  private static final List<String> ALL = List.of("simd", "torch-nchw", "torch-nhwc", "onednn");

  private Comparison() {}

  /**
   * What is asked for.
   *
   * @param only measure the cases with this in their names, or all if it is empty
   */
  private record Options(Contest contest, int threads, String only, Path out) {

    static Options of(List<String> arguments) {
      Contest contest = Contest.FULL;
      int threads = Runtime.getRuntime().availableProcessors();
      String only = "";
      Path out = Path.of("benchmarks", "target", "compare");
      for (Iterator<String> i = arguments.iterator(); i.hasNext(); ) {
        String option = i.next();
        if (option.equals("--quick") || option.equals("--smoke")) {
          contest = option.equals("--quick") ? Contest.QUICK : Contest.SMOKE;
          continue;
        }
        if (!List.of("--threads", "--only", "--out").contains(option) || !i.hasNext()) {
          throw new IllegalArgumentException(
              ("'%s' is not understood: compare [--quick | --smoke] [--threads N] [--only WORDS]"
                      + " [--out DIR]")
                  .formatted(option));
        }
        String value = i.next();
        switch (option) {
          case "--threads" -> threads = positive(value);
          case "--only" -> only = value;
          default -> out = Path.of(value);
        }
      }
      return new Options(contest, threads, only, out);
    }

    private static int positive(String value) {
      if (!value.matches("[1-9][0-9]{0,3}")) {
        throw new IllegalArgumentException(
            "--threads must be a number from 1 on, not '" + value + "'");
      }
      return Integer.parseInt(value);
    }

    boolean wants(Suite.Case c) {
      return (contest == Contest.FULL || c.quick()) && c.name().contains(only);
    }
  }

  /**
   * Measures, prints as it goes, and writes the report.
   *
   * @return whether all results were right
   */
  public static boolean main(List<String> arguments) throws IOException, InterruptedException {
    Options options = Options.of(arguments);
    long start = System.nanoTime();
    List<Suite.Case> cases = Suite.cases().stream().filter(options::wants).toList();
    if (cases.isEmpty()) {
      throw new IllegalArgumentException("No case has '" + options.only + "' in its name");
    }
    // Before minutes of work, not after.
    Files.createDirectories(options.out);
    Machine machine = Machine.describe(options.threads);
    machine.facts().forEach(System.out::println);

    String command =
        String.join(
                " ",
                "java -jar benchmarks/target/benchmarks.jar compare",
                String.join(" ", arguments))
            .strip();
    List<Result> results = new ArrayList<>();
    for (Suite.Case c : cases) {
      results.add(measured(options.contest.run(c, ALL, options.threads)));
      if (c.singleThreaded() && options.threads > 1) {
        results.add(measured(options.contest.run(c, ALL, 1)));
      }
      // After each case, so that what ends the process loses little.
      JmhJson.write(options.out.resolve("results.json"), machine, results);
      Files.writeString(
          options.out.resolve("results.md"), new MarkdownReport(machine, results, command).text());
    }
    RatioChart.write(options.out.resolve("ratios.svg"), results);
    System.out.printf(
        "%d cases in %d s: see %s%n",
        results.size(),
        Duration.ofNanos(System.nanoTime() - start).toSeconds(),
        options.out.resolve("results.md"));
    return results.stream().allMatch(r -> r.failures().isEmpty());
  }

  private static Result measured(Result r) {
    StringBuilder line = new StringBuilder(MarkdownReport.label(r)).append(':');
    for (Timing t : r.timings()) {
      line.append(
          String.format(
              Locale.ROOT,
              " %s %.3f ms (%.0f %s, error %.0e)",
              t.implementation(),
              t.median(),
              r.rate(t),
              r.rateUnit(),
              t.error()));
    }
    System.out.println(line);
    r.failures().values().forEach(f -> System.out.println("  WRONG: " + f));
    return r;
  }
}
