package lanewise.cli;

import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import lanewise.backend.Backend;
import lanewise.train.Profile;
import lanewise.train.Profile.Kernel;

/** How the products and convolutions of a step are computed, why, and the least time they need. */
final class ExplainTable {
  private static final String ROW = "%8s %9s %6s  %-19s %-21s %-20s %-52s %s%n";

  private final OptionalDouble peak;
  private final PrintWriter text;

  private ExplainTable(OptionalDouble peak, PrintWriter text) {
    this.peak = peak;
    this.text = text;
  }

  /** Prints the products of {@code step}, the largest first. */
  static void print(Profile step, Backend backend, PrintWriter text) {
    List<Kernel> products =
        step.kernels().stream()
            .filter(k -> k.flop() > 0)
            .sorted(
                Comparator.comparingDouble(Kernel::flop)
                    .reversed()
                    .thenComparing(Kernel::layer)
                    .thenComparing(Kernel::operation))
            .toList();
    ExplainTable table = new ExplainTable(backend.peakGflops(), text);
    table.rows(products);
    table.total(products, EngineArguments.describe(backend.description()));
    text.flush();
  }

  private void rows(List<Kernel> products) {
    text.println();
    text.printf(
        ROW, "GFLOP", "FLOOR MS", "CALLS", "OPERATION", "LAYER", "ALGORITHM", "SHAPES", "REASON");
    for (Kernel k : products) {
      text.printf(
          ROW,
          "%.3f".formatted(k.flop() / 1e9),
          floor(needed(k)),
          k.calls(),
          k.operation(),
          k.layer(),
          k.algorithm().name(),
          k.shapes(),
          k.algorithm().reason());
    }
  }

  private void total(List<Kernel> products, String engine) {
    double direct = products.stream().mapToDouble(Kernel::flop).sum();
    double needed = products.stream().mapToDouble(ExplainTable::needed).sum();
    text.printf(
        "%nA step is %.2f GFLOP the direct way, %.2f by these algorithms",
        direct / 1e9, needed / 1e9);
    if (peak.isPresent()) {
      text.printf(
          ": at least %s ms at %.0f GFLOP/s, which %s reached just now in multiply-adds on"
              + " registers",
          floor(needed), peak.getAsDouble(), engine);
    }
    text.println();
  }

  /** Floating-point operations of the algorithm's own products. */
  private static double needed(Kernel k) {
    return k.algorithm().share() * k.flop();
  }

  private String floor(double flop) {
    return peak.isPresent() ? "%.3f".formatted(flop / 1e6 / peak.getAsDouble()) : "-";
  }
}
