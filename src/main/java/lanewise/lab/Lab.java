package lanewise.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.data.Dataset;
import lanewise.data.Datasets;
import lanewise.evaluate.Metric;
import lanewise.evaluate.Scores;
import lanewise.lab.CellResult.State;
import lanewise.train.Judge;
import lanewise.train.RunFolder;
import lanewise.train.StepMetrics;
import lanewise.train.TrainOptions;
import lanewise.train.TrainingRun;

/**
 * An experiment in its folder: trains the cells of a grid one after the other, each in a run folder
 * of its own, and reports after each. What is finished is kept, what was interrupted goes on.
 */
public final class Lab {
  private final Path folder;
  private final Plan plan;
  private final Reference reference;
  private final LabReport report;
  private final Map<Cell, String> refused = new LinkedHashMap<>();
  private volatile boolean stopped;
  private volatile TrainingRun training;

  /** How a call of {@link #run} ended. */
  public enum Outcome {
    /** All trainings have ended. */
    FINISHED,
    /** {@link #stop} was called; the lab can be resumed. */
    STOPPED
  }

  private Lab(Path folder, Plan plan, Consumer<String> log) {
    this.folder = folder;
    this.plan = plan;
    for (Cell cell : plan.grid().cells()) {
      try {
        plan.options(cell);
      } catch (UserException e) {
        refused.put(cell, e.getMessage());
      }
    }
    if (refused.size() == plan.grid().cells().size()) {
      throw new UserException(refused.values().iterator().next());
    }
    TrainOptions options = plan.options();
    try (Backend backend = Backends.open(options.engine().backend(), options.engine().options())) {
      reference = reference(backend, options, log);
      report = new LabReport(folder, plan, TrainingRun.machine(backend));
    }
  }

  private static Reference reference(Backend backend, TrainOptions options, Consumer<String> log) {
    long seed = options.run().seed();
    Dataset data = Datasets.open(options.data(), options.model().imageSize(), 0, seed, log);
    try (Judge judge = Judge.open(backend, options.data(), data, options.measuring().judge())) {
      Map<Metric, Double> heldOut = judge.heldOut(_ -> {}).map(Scores::values).orElse(Map.of());
      return new Reference(
          data.name(),
          judge.evaluation().lens().orElse(""),
          judge.evaluation().modes(),
          options.measuring().metricsSamples(),
          heldOut);
    }
  }

  /**
   * Prepares a new lab; the folder is made by {@link #run}.
   *
   * @param log receives what the user should know about the data
   * @throws UserException if the folder holds something, if no training of the plan makes sense, or
   *     if there is no classifier for the data
   */
  public static Lab start(Path folder, Plan plan, Consumer<String> log) {
    requireEmpty(folder);
    return new Lab(folder, plan, log);
  }

  /**
   * Prepares to go on with a lab.
   *
   * @param plan the lab's own, from {@link Plan#read}, perhaps with more to compare or more steps
   * @throws UserException as {@link #start}
   */
  public static Lab resume(Path folder, Plan plan, Consumer<String> log) {
    return new Lab(folder, plan, log);
  }

  /**
   * Makes sure that a new lab can be put in a folder.
   *
   * @throws UserException if there is something already
   */
  public static void requireEmpty(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      if (files.findAny().isEmpty()) {
        return;
      }
    } catch (IOException e) {
      throw new UserException("--out %s is not a folder that can be read".formatted(folder), e);
    }
    throw new UserException(
        Files.exists(folder.resolve(LabReport.JSON_NAME))
            ? "--out %s holds another lab; go on with it by --resume %s, or choose another folder"
                .formatted(folder, folder)
            : "--out %s exists and is not an empty folder; choose another".formatted(folder));
  }

  /** Is told how a lab goes on; all calls come from the thread that runs it. */
  public interface Listener {
    /** A training begins or goes on. */
    void begun(Cell cell, TrainingRun run);

    /** A step of it is done. */
    void step(StepMetrics step);

    /** It has ended, or had before the lab was resumed. */
    void ended(CellResult result, Duration left);
  }

  /**
   * Trains what is not finished. A training whose numbers are no longer numbers does not end the
   * lab.
   *
   * @throws UserException if files cannot be read or written; what was trained is kept
   */
  public Outcome run(Listener listener) {
    Results results = results();
    report.write("running", results);
    for (Cell cell : plan.grid().cells()) {
      if (stopped) {
        break;
      }
      if (!hasEnded(result(cell))) {
        train(cell, listener);
        results = results();
        report.write("running", results);
      }
      listener.ended(result(cell), left(results));
    }
    boolean finished = results.cells().stream().allMatch(Lab::hasEnded);
    report.write(finished ? "finished" : "stopped", results);
    return finished ? Outcome.FINISHED : Outcome.STOPPED;
  }

  private static boolean hasEnded(CellResult result) {
    return switch (result.state()) {
      case FINISHED, FAILED, REFUSED -> true;
      case WAITING, STARTED -> false;
    };
  }

  private void train(Cell cell, Listener listener) {
    try (TrainingRun run = plan.open(folder, cell)) {
      training = run;
      if (stopped) {
        return;
      }
      listener.begun(cell, run);
      run.run(listener::step);
    } catch (UserException e) {
      if (e.getCause() instanceof IOException) {
        throw e;
      }
      if (result(cell).state() != State.FAILED) {
        refused.put(cell, e.getMessage());
      }
    } finally {
      training = null;
    }
  }

  private RunFolder runFolder(Cell cell) {
    return new RunFolder(folder.resolve(cell.name()));
  }

  private CellResult result(Cell cell) {
    return refused.containsKey(cell)
        ? new CellResult(cell, State.REFUSED, 0, refused.get(cell), List.of(), 0)
        : RunReader.read(cell, runFolder(cell), plan.steps());
  }

  /** All that was measured so far. */
  public Results results() {
    return new Results(
        plan.grid(), reference, plan.grid().cells().stream().map(this::result).toList());
  }

  /** The time of what is to be trained yet, at the pace of what was trained. */
  private Duration left(Results results) {
    double seconds = 0;
    for (CellResult result : results.cells()) {
      if (!hasEnded(result)) {
        List<CellResult> alike = results.of(result.cell().variant());
        double pace = pace(alike);
        seconds += (plan.steps() - result.step()) * (pace > 0 ? pace : pace(results.cells()));
      }
    }
    return Duration.ofSeconds(Math.round(seconds));
  }

  /** Seconds a step; 0 if there was none. */
  private static double pace(List<CellResult> results) {
    double seconds = results.stream().mapToDouble(CellResult::seconds).sum();
    return seconds / Math.max(1, results.stream().mapToLong(CellResult::step).sum());
  }

  /** Ends {@link #run} after the present step, with a checkpoint; may be called by any thread. */
  public void stop() {
    stopped = true;
    TrainingRun running = training;
    if (running != null) {
      running.stop();
    }
  }

  /** The page that shows the lab. */
  public Path page() {
    return LabReport.html(folder);
  }
}
