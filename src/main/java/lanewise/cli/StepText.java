package lanewise.cli;

import static java.util.stream.Collectors.joining;

import java.util.Locale;
import java.util.Set;
import lanewise.train.StepMetrics;

/** What a step measured, in a few words. */
final class StepText {
  private static final String LOSS = "loss_";

  private StepText() {}

  /**
   * All losses, then a GAN's scores: {@code D 0.693 G 0.702 D(real) 0.50 D(fake) 0.49}; not where
   * there are losses that say the same.
   */
  static String of(StepMetrics step) {
    Set<String> names = step.values().keySet();
    return names.contains("d_real") && !names.contains("loss_d_real")
        ? "%s  D(real) %.2f D(fake) %.2f"
            .formatted(losses(step), step.values().get("d_real"), step.values().get("d_fake"))
        : losses(step);
  }

  /** All losses: {@code D 0.693 G 0.702}. */
  static String losses(StepMetrics step) {
    return step.values().entrySet().stream()
        .filter(value -> value.getKey().startsWith(LOSS))
        .map(value -> "%s %.3f".formatted(name(value.getKey()), value.getValue()))
        .collect(joining(" "));
  }

  /** {@code D} for {@code loss_d}, {@code cycle A} for {@code loss_cycle_a}. */
  private static String name(String key) {
    StringBuilder name = new StringBuilder();
    for (String word : key.substring(LOSS.length()).split("_")) {
      String shown = word.length() <= 2 ? word.toUpperCase(Locale.ROOT) : word;
      name.append(name.isEmpty() ? "" : " ").append(shown);
    }
    return name.toString();
  }
}
