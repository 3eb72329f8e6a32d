package lanewise.lab;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import lanewise.UserException;
import lanewise.train.Preset;
import lanewise.train.TrainOptions;
import lanewise.train.TrainingRun;

/**
 * What a lab is asked for.
 *
 * @param varied the options that a norm of the grid is put in: {@code normG}, {@code normD} or both
 * @param budget how long each training is and how that was decided, a sentence without its stop
 * @param options of all trainings, but for what the grid says; with their length
 */
public record Plan(Grid grid, List<String> varied, String budget, TrainOptions options) {
  private static final String KEY = "plan";

  /** How often a training is measured and its samples are saved. */
  private static final Map<String, Integer> INTERVALS =
      Map.of("metricsEvery", 20, "sampleEvery", 10);

  /** Between two measurements, so that they take a small part of the time. */
  private static final long FEWEST_STEPS = 50;

  /**
   * Checks that the norms are put somewhere.
   *
   * @throws UserException if they are not
   */
  public Plan {
    varied = List.copyOf(varied);
    if (varied.isEmpty()) {
      throw new UserException(
          "--norm-g and --norm-d leave no network for --norms to be compared in; leave out one");
    }
  }

  /** The number of steps of each training. */
  public long steps() {
    return options.run().steps();
  }

  /** The same with another length, and the same intervals. */
  public Plan with(long steps, String budget) {
    return new Plan(grid, varied, budget, options.with(Map.of("steps", steps, "epochs", 0)));
  }

  /**
   * The same with another length, and intervals that suit it.
   *
   * @param free which of {@code metricsEvery} and {@code sampleEvery} the length decides
   */
  public Plan lasting(long steps, String budget, Set<String> free) {
    Map<String, Object> changes = new LinkedHashMap<>();
    INTERVALS.forEach(
        (name, count) -> changes.put(name, Math.max(steps / count, Math.min(steps, FEWEST_STEPS))));
    changes.keySet().retainAll(free);
    Plan longer = with(steps, budget);
    return new Plan(grid, varied, budget, longer.options.with(changes));
  }

  /** Prepares a training: a new one, or one that goes on from its checkpoint. */
  TrainingRun open(Path lab, Cell cell) {
    Path run = lab.resolve(cell.name());
    return Files.exists(run)
        ? TrainingRun.resume(run, options(cell), true, _ -> {})
        : TrainingRun.start(run, options(cell), true, _ -> {});
  }

  /**
   * The options of one training.
   *
   * @throws UserException if they make no sense together
   */
  public TrainOptions options(Cell cell) {
    Variant variant = cell.variant();
    Map<String, Object> changes = new LinkedHashMap<>();
    varied.forEach(option -> changes.put(option, variant.norm()));
    changes.put("loss", variant.loss());
    changes.put("pack", variant.pack());
    changes.put("seed", cell.seed());
    return options.with(changes);
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("norms", grid.norms());
    json.put("losses", grid.losses());
    json.put("packs", grid.packs());
    json.put("seeds", grid.seeds());
    json.put("firstSeed", grid.firstSeed());
    json.put("varied", varied);
    json.put("steps", steps());
    json.put("budget", budget);
    json.put("options", options.flat());
    return json;
  }

  /**
   * Reads the plan of a lab from its folder.
   *
   * @throws UserException if the folder is no lab's
   */
  public static Plan read(Path folder) {
    Path file = folder.resolve(LabReport.JSON_NAME);
    try {
      Map<?, ?> plan = (Map<?, ?>) JSON.std.mapFrom(Files.readString(file)).get(KEY);
      Map<String, Object> options = map(plan.get("options"));
      return new Plan(
          new Grid(
              list(String.class, plan.get("norms")),
              list(String.class, plan.get("losses")),
              list(Integer.class, plan.get("packs")),
              ((Number) plan.get("seeds")).intValue(),
              ((Number) plan.get("firstSeed")).longValue()),
          list(String.class, plan.get("varied")),
          (String) plan.get("budget"),
          TrainOptions.of(Preset.named((String) options.get("preset")), options));
    } catch (NoSuchFileException e) {
      throw new UserException(
          "%s does not exist: %s is not a lab; give a folder that lab left behind"
              .formatted(file, folder),
          e);
    } catch (IOException | ClassCastException | NullPointerException e) {
      throw new UserException(
          "%s cannot be read as a lab's: %s"
              .formatted(file, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
  }

  private static <T> List<T> list(Class<T> type, Object values) {
    return ((List<?>) values).stream().map(type::cast).toList();
  }

  private static Map<String, Object> map(Object value) {
    Map<String, Object> map = new LinkedHashMap<>();
    ((Map<?, ?>) value).forEach((key, entry) -> map.put((String) key, entry));
    return map;
  }
}
