package lanewise.benchmarks.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import lanewise.backend.Backend;
import lanewise.backend.Backends;

/**
 * Where a comparison ran.
 *
 * @param processor its model, from the system where that tells
 * @param vectorFlags its vector extensions, where the system lists them
 * @param backend Lanewise's resolved engine
 * @param peaks for each number of threads that was used
 */
record Machine(
    String processor,
    List<String> vectorFlags,
    int processors,
    String java,
    Backend.Description backend,
    List<Peaks> peaks) {

  static Machine describe(int threads) throws IOException, InterruptedException {
    List<Peaks> peaks = new ArrayList<>(List.of(Peaks.measure(1)));
    if (threads > 1) {
      peaks.add(Peaks.measure(threads));
    }
    try (Backend simd = Backends.open("simd", threads)) {
      return new Machine(
          cpuInfo("model name"),
          List.of(cpuInfo("flags").split(" ")).stream()
              .filter(f -> f.matches("avx.*|amx.*|fma|sse4_2"))
              .toList(),
          Runtime.getRuntime().availableProcessors(),
          System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
          simd.description(),
          peaks);
    }
  }

  private static String cpuInfo(String key) throws IOException {
    Path info = Path.of("/proc/cpuinfo");
    if (!Files.isReadable(info)) {
      return System.getProperty("os.arch");
    }
    try (var lines = Files.lines(info)) {
      return lines
          .filter(line -> line.startsWith(key))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .orElse(System.getProperty("os.arch"));
    }
  }

  /** One fact a line, as Markdown. */
  List<String> facts() {
    List<String> facts = new ArrayList<>();
    facts.add(
        "Machine: %s, %d processors (%s)"
            .formatted(processor, processors, String.join(" ", vectorFlags)));
    facts.add(
        "Lanewise: backend `%s`, %s, %d threads, on %s"
            .formatted(backend.name(), backend.device(), backend.threads(), java));
    for (Peaks p : peaks) {
      facts.add(
          String.format(
              Locale.ROOT,
              "Peak of %d thread%s in this run: %.0f GFLOP/s fp32 FMA, %.1f GB/s copy (bytes read +"
                  + " written)",
              p.threads(),
              p.threads() == 1 ? "" : "s",
              p.gflops(),
              p.gigabytes()));
    }
    return facts;
  }
}
