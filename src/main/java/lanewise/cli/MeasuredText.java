package lanewise.cli;

import static java.util.stream.Collectors.joining;

import java.util.Map;
import java.util.Set;
import lanewise.evaluate.Metric;

/** The main measured values in few words: {@code frechet 21.4, modes 9}. */
final class MeasuredText {
  private static final Set<Metric> MAIN =
      Set.of(Metric.FRECHET, Metric.MODES, Metric.DIVERSITY, Metric.HIGH_QUALITY);

  private MeasuredText() {}

  static String of(Map<Metric, Double> measured) {
    return measured.entrySet().stream()
        .filter(entry -> MAIN.contains(entry.getKey()))
        .map(entry -> text(entry.getKey(), entry.getValue()))
        .collect(joining(" "));
  }

  private static String text(Metric metric, double value) {
    return switch (metric) {
      case MODES -> "modes %,.0f".formatted(value);
      case FRECHET -> "frechet %.1f".formatted(value);
      default -> "%s %.2f".formatted(metric.key(), value);
    };
  }
}
