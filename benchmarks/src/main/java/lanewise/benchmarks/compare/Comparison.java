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

/** {@code compare [--quick] [--threads N] [--only WORDS] [--out DIR]}. */
public final class Comparison {
  private static final List<String> ALL = List.of("simd", "torch-nchw", "torch-nhwc", "onednn");

  private Comparison() {}

  /**
   * What is asked for.
   *
   * @param only measure the cases with this in their names, or all if it is empty
   */
  private record Options(boolean quick, int threads, String only, Path out) {

    static Options of(List<String> arguments) {
      boolean quick = false;
      int threads = Runtime.getRuntime().availableProcessors();
      String only = "";
      Path out = Path.of("benchmarks", "target", "compare");
      for (Iterator<String> i = arguments.iterator(); i.hasNext(); ) {
        String option = i.next();
        if (option.equals("--quick")) {
          quick = true;
          continue;
        }
        if (!List.of("--threads", "--only", "--out").contains(option) || !i.hasNext()) {
          throw new IllegalArgumentException(
              "'%s' is not understood: compare [--quick] [--threads N] [--only WORDS] [--out DIR]"
                  .formatted(option));
        }
        String value = i.next();
        switch (option) {
          case "--threads" -> threads = positive(value);
          case "--only" -> only = value;
          default -> out = Path.of(value);
        }
      }
      return new Options(quick, threads, only, out);
    }

    private static int positive(String value) {
      if (!value.matches("[1-9][0-9]{0,3}")) {
        throw new IllegalArgumentException(
            "--threads must be a number from 1 on, not '" + value + "'");
      }
      return Integer.parseInt(value);
    }

    boolean wants(Suite.Case c) {
      return (!quick || c.quick()) && c.name().contains(only);
    }
  }

  /** Measures, prints as it goes, and writes the report. */
  public static void main(List<String> arguments) throws IOException, InterruptedException {
    Options options = Options.of(arguments);
    long start = System.nanoTime();
    // Before minutes of work, not after.
    Files.createDirectories(options.out);
    Machine machine = Machine.describe(options.threads);
    machine.facts().forEach(System.out::println);
    List<Result> results = measure(options);

    String command =
        String.join(
                " ",
                "java -jar benchmarks/target/benchmarks.jar compare",
                String.join(" ", arguments))
            .strip();
    JmhJson.write(options.out.resolve("results.json"), machine, results);
    Files.writeString(
        options.out.resolve("results.md"), new MarkdownReport(machine, results, command).text());
    RatioChart.write(options.out.resolve("ratios.svg"), results);
    System.out.printf(
        "%d cases in %d s: see %s%n",
        results.size(),
        Duration.ofNanos(System.nanoTime() - start).toSeconds(),
        options.out.resolve("results.md"));
  }

  private static List<Result> measure(Options options) throws InterruptedException {
    Contest contest = options.quick ? Contest.QUICK : Contest.FULL;
    List<Result> results = new ArrayList<>();
    for (Suite.Case c : Suite.cases()) {
      if (options.wants(c)) {
        results.add(measured(contest.run(c, ALL, options.threads)));
        if (c.singleThreaded() && options.threads > 1) {
          results.add(measured(contest.run(c, ALL, 1)));
        }
      }
    }
    if (results.isEmpty()) {
      throw new IllegalArgumentException("No case has '" + options.only + "' in its name");
    }
    return results;
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
    return r;
  }
}
