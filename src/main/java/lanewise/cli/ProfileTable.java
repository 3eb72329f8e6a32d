package lanewise.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.function.Function;
import lanewise.train.Profile;
import lanewise.train.Profile.Kernel;

/** A profile for people: by layer, by operation, and every kernel. */
final class ProfileTable {
  private static final String ROW = "%9s %6s %6s %13s  %s%n";

  private final Profile profile;
  private final PrintWriter text;

  private ProfileTable(Profile profile, PrintWriter text) {
    this.profile = profile;
    this.text = text;
  }

  static void print(Profile profile, int batchSize, PrintWriter text) {
    ProfileTable table = new ProfileTable(profile, text);
    table.section("LAYER", profile.layers(), k -> k.layer().isEmpty() ? "-" : k.layer());
    table.section("OPERATION", profile.operations(), Kernel::operation);
    table.section(
        "OPERATION, LAYER, ALGORITHM, SHAPES",
        profile.kernels(),
        k ->
            "%-21s %-22s %-19s %s"
                .formatted(k.operation(), k.layer(), k.algorithm().name(), k.shapes()));
    table.total(batchSize);
    text.flush();
  }

  private void section(String title, List<Kernel> kernels, Function<Kernel, String> name) {
    text.println();
    text.printf(ROW, "MS/STEP", "SHARE", "CALLS", "SPEED", title);
    for (Kernel kernel : kernels) {
      text.printf(
          ROW,
          "%.3f".formatted(msPerStep(kernel)),
          "%.1f%%".formatted(100 * msPerStep(kernel) / profile.medianMs()),
          "%.0f".formatted(kernel.calls() / (double) profile.steps()),
          speed(kernel),
          name.apply(kernel));
    }
  }

  /** How fast it computes where that limits it, else how fast it moves data. */
  private static String speed(Kernel kernel) {
    return kernel.flop() > 0
        ? "%.1f GFLOP/s".formatted(kernel.flop() / kernel.nanos())
        : "%.1f GB/s".formatted(kernel.bytes() / kernel.nanos());
  }

  private void total(int batchSize) {
    double kernels = profile.kernels().stream().mapToDouble(this::msPerStep).sum();
    double gflop =
        profile.kernels().stream().mapToDouble(Kernel::flop).sum() / profile.steps() / 1e9;
    double ms = profile.medianMs();
    text.printf(
        "%na step takes %.2f ms (the median of %d), %.2f of it in kernels: %.0f images/s, %.1f"
            + " GFLOP, %.1f GFLOP/s%n",
        ms, profile.steps(), kernels, 1000 * batchSize / ms, gflop, 1000 * gflop / ms);
  }

  private double msPerStep(Kernel kernel) {
    return kernel.nanos() / 1e6 / profile.steps();
  }
}
