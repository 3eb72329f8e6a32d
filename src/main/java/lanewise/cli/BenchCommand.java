package lanewise.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.bench.Measurement;
import lanewise.bench.Stopwatch;
import lanewise.bench.Workload;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures how fast this machine trains. */
@Command(
    name = "bench",
    description = {
      "Times the main kernels and DCGAN's training steps on a backend of this machine: medians,"
          + " each",
      "sample waited for. GB/s of norms stand beside those of a copy."
    },
    sortOptions = false,
    abbreviateSynopsis = true,
    footerHeading = "%nExamples:%n",
    footer = {
      "  lanewise bench",
      "  lanewise bench --backend cuda --precision bf16 --batch-size 128",
      "  lanewise bench --case dcgan64-step --batch-size 64,128,512 --json"
    })
final class BenchCommand implements Callable<Integer> {
  private static final String ROW = "%-20s %-46s %5s %10s  %s%n";

  @Spec private CommandSpec spec;

  @Mixin private EngineArguments engine;

  /** Names for completion. */
  static final class Cases implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Workload.names().iterator();
    }
  }

  @Option(
      names = "--case",
      paramLabel = "NAME",
      split = ",",
      completionCandidates = Cases.class,
      description = "What to measure: ${COMPLETION-CANDIDATES}. Default: all but the last two")
  private List<String> cases = List.of();

  @Option(
      names = {"-b", "--batch-size"},
      paramLabel = "N",
      split = ",",
      defaultValue = "64",
      description = "Images in a batch. Default: ${DEFAULT-VALUE}")
  private List<Integer> batches;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "1",
      description = "To measure each case, and to warm it up at least. Default: ${DEFAULT-VALUE}")
  private double seconds;

  @Option(names = "--json", description = "Print one JSON object a measurement.")
  private boolean json;

  @Option(
      names = "--stdin",
      description = {
        "Measure what the lines of standard input ask for, NAME BATCH, each when it is read, and",
        "answer with JSON: for those who measure others in between."
      })
  private boolean stdin;

  @Override
  public Integer call() {
    List<Workload> chosen =
        cases.isEmpty()
            ? Workload.all().stream().filter(Workload::usual).toList()
            : cases.stream().map(this::named).toList();
    for (int batch : batches) {
      checkBatch(batch);
    }
    if (!(seconds > 0 && seconds <= 3600)) {
      throw new ParameterException(
          spec.commandLine(), "--seconds must be positive and at most 3600, not " + seconds);
    }
    PrintWriter out = spec.commandLine().getOut();
    try (Backend backend = engine.open();
        Stopwatch stopwatch = new Stopwatch(backend, seconds)) {
      if (stdin) {
        answer(stopwatch, out);
        return ExitCode.OK;
      }
      if (!json) {
        out.printf(
            "%s in %s%n%n", EngineArguments.describe(backend.description()), engine.precision);
        out.printf(ROW, "CASE", "", "BATCH", "MEDIAN MS", "");
        out.flush();
      }
      return measure(chosen, stopwatch, out);
    }
  }

  private Workload named(String name) {
    try {
      return Workload.named(name);
    } catch (UserException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private void checkBatch(int batch) {
    if (batch < 1) {
      throw new ParameterException(
          spec.commandLine(), "--batch-size must be at least 1, not " + batch);
    }
  }

  private int measure(List<Workload> chosen, Stopwatch stopwatch, PrintWriter out) {
    double copy = 0;
    for (Workload workload : chosen) {
      for (int batch : workload.batched() ? batches : List.of(1)) {
        Measurement m = stopwatch.measure(workload, batch);
        if (workload.name().equals("copy")) {
          copy = m.gigabytesPerSecond();
        }
        if (json) {
          out.println(object(m));
        } else {
          String number = workload.batched() ? Integer.toString(batch) : "";
          String time = "%.3f".formatted(m.medianMs());
          out.printf(ROW, workload.name(), workload.what(), number, time, rate(m, copy));
        }
        out.flush();
      }
    }
    return ExitCode.OK;
  }

  /** What the time means: of arithmetic, of memory, or of images. */
  private static String rate(Measurement m, double copy) {
    if (m.flop() > 0) {
      return "%,.0f GFLOP/s".formatted(m.gflops());
    }
    if (m.bytes() > 0) {
      String share =
          copy == 0 ? "" : ", %.0f %% of a copy".formatted(100 * m.gigabytesPerSecond() / copy);
      return "%,.1f GB/s%s".formatted(m.gigabytesPerSecond(), share);
    }
    return "%,.1f images/s".formatted(m.imagesPerSecond());
  }

  private String object(Measurement m) {
    Map<String, Object> fields = fields(m.workload().name(), m.batch());
    fields.put("median_ms", m.medianMs());
    fields.put("min_ms", m.minMs());
    fields.put("samples", m.samples());
    if (m.flop() > 0) {
      fields.put("gflops", m.gflops());
    } else if (m.bytes() > 0) {
      fields.put("gb_per_s", m.gigabytesPerSecond());
    } else {
      fields.put("images_per_s", m.imagesPerSecond());
    }
    return text(fields);
  }

  private Map<String, Object> fields(String name, int batch) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("case", name);
    fields.put("batch", batch);
    fields.put("precision", engine.precision.toString());
    return fields;
  }

  private static String text(Map<String, Object> fields) {
    try {
      return JSON.std.asString(fields);
    } catch (IOException e) {
      throw new IllegalStateException("numbers and names are always JSON", e);
    }
  }

  /** What fails, such as a batch that does not fit, is an answer too. */
  private void answer(Stopwatch stopwatch, PrintWriter out) {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.strip().split(" +");
        if (words.length != 2 || !words[1].matches("[1-9]\\d{0,8}")) {
          throw new UserException("A line of standard input is NAME BATCH, not '" + line + "'");
        }
        int batch = Integer.parseInt(words[1]);
        try {
          out.println(object(stopwatch.measure(Workload.named(words[0]), batch)));
        } catch (UserException e) {
          Map<String, Object> failure = fields(words[0], batch);
          failure.put("error", Errors.oneLine(e.getMessage()));
          out.println(text(failure));
        }
        out.flush();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
