package lanewise.lab;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import lanewise.UserException;
import lanewise.train.TrainOptions;
import lanewise.train.TrainingRun;

/**
 * How long the trainings of a lab will take, tried for a moment each.
 *
 * @param msPerStep of each variant that can be trained
 * @param msPerMeasurement of a generator; the same for all
 * @param refused why a variant cannot be trained
 */
public record Calibration(
    Map<Variant, Double> msPerStep, double msPerMeasurement, Map<Variant, String> refused) {
  private static final int STEPS = 10;

  /** Of a training beside its steps: data, real features, last samples. */
  private static final double START_MS = 3000;

  /** The last measurement has also the batches of training. */
  private static final int LAST_MEASUREMENT = 3;

  /**
   * Trains each variant until its kernels are compiled, and some steps more; writes nothing.
   *
   * @throws UserException if no variant can be trained
   */
  public static Calibration of(Path folder, Plan plan, Consumer<String> log) {
    Map<Variant, Double> msPerStep = new LinkedHashMap<>();
    Map<Variant, String> refused = new LinkedHashMap<>();
    double msPerMeasurement = 0;
    for (Variant variant : plan.grid().variants()) {
      Cell cell = new Cell(variant, plan.grid().firstSeed());
      try (TrainingRun run = plan.open(folder, cell)) {
        msPerStep.put(variant, run.profile(STEPS).medianMs());
        msPerMeasurement = Math.max(msPerMeasurement, run.measurementMs());
        log.accept(
            "%-24s %,.0f ms a step".formatted(plan.grid().label(variant), msPerStep.get(variant)));
      } catch (UserException e) {
        if (e.getCause() instanceof IOException) {
          throw e;
        }
        refused.put(variant, e.getMessage());
        log.accept("%-24s %s".formatted(plan.grid().label(variant), e.getMessage()));
      }
    }
    if (msPerStep.isEmpty()) {
      throw new UserException(refused.values().iterator().next());
    }
    log.accept(
        "%-24s %,.0f ms for %,d samples"
            .formatted(
                "a measurement", msPerMeasurement, plan.options().measuring().metricsSamples()));
    return new Calibration(msPerStep, msPerMeasurement, refused);
  }

  /** Of one training, from its first to its last step. */
  public double ms(Variant variant, TrainOptions options) {
    long steps = options.run().steps();
    return steps * msPerStep.get(variant) + besides(options, steps);
  }

  private double besides(TrainOptions options, long steps) {
    long measurements = steps / options.measuring().metricsEvery() + LAST_MEASUREMENT;
    return START_MS + measurements * msPerMeasurement;
  }

  /** Of all trainings of a plan. */
  public Duration total(Plan plan) {
    double ms =
        plan.grid().cells().stream()
            .map(Cell::variant)
            .filter(msPerStep::containsKey)
            .mapToDouble(variant -> ms(variant, plan.options()))
            .sum();
    return Duration.ofMillis(Math.round(ms));
  }

  /**
   * The same plan with as many steps, equal for all trainings, as all of them together can do.
   *
   * @param free as for {@link Plan#lasting}
   * @throws UserException if that is not one step
   */
  public Plan fit(Plan plan, Duration time, Set<String> free) {
    long low = 0;
    for (long bit = 1L << 24; bit > 0; bit >>= 1) {
      if (total(plan.lasting(low + bit, "", free)).compareTo(time) <= 0) {
        low += bit;
      }
    }
    if (low == 0) {
      throw new UserException(
          "%,d trainings take longer than %,d minutes before their first step; give more --minutes"
              .formatted(plan.grid().cells().size(), time.toMinutes()));
    }
    return plan.lasting(rounded(low), budget(rounded(low), time), free);
  }

  /** Two digits, towards less. */
  private static long rounded(long steps) {
    long unit = 1;
    while (steps / unit >= 100) {
      unit *= 10;
    }
    return steps / unit * unit;
  }

  private String budget(long steps, Duration time) {
    List<Double> ms = msPerStep.values().stream().sorted().toList();
    return String.format(
        Locale.ROOT,
        "%,d steps each, as many as all trainings together can do in %,d minutes where a step takes"
            + " %s ms",
        steps,
        time.toMinutes(),
        List.of(ms.getFirst(), ms.getLast()).stream()
            .distinct()
            .map("%.0f"::formatted)
            .collect(joining(" to ")));
  }
}
