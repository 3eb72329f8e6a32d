package lanewise.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.diagnosis.Finding;
import lanewise.diagnosis.Observation;
import lanewise.report.Report;

/**
 * The training of a {@link Task} on a backend, in its {@link RunFolder}: everything that can be
 * wrong is found when it is opened, before anything is written.
 */
public final class TrainingRun implements AutoCloseable {
  /** Before a profile. */
  private static final int WARM_UP_STEPS = 20;

  private static final long WARM_UP_NANOS = 5_000_000_000L;

  private final RunFolder folder;
  private final TaskOptions options;
  private final Backend backend;
  private final Task task;
  private final long total;
  private final List<String> commands = new ArrayList<>();

  private volatile boolean stopped;

  /** How a call of {@link #run} ended. */
  public enum Outcome {
    /** All steps are done. */
    FINISHED,
    /** {@link #stop} was called; the run can be resumed. */
    STOPPED
  }

  private TrainingRun(
      RunFolder folder, TaskOptions options, boolean capture, Consumer<String> log) {
    this.folder = folder;
    this.options = options;
    Function<Backend, Task> prepared = options.prepare(capture, log);
    backend = Backends.open(options.engine().backend(), options.engine().options());
    try {
      task = prepared.apply(backend);
    } catch (RuntimeException e) {
      backend.close();
      throw e;
    }
    total = options.run().totalSteps(task.stepsPerEpoch());
  }

  /**
   * Prepares a new run; the folder is made by {@link #run}.
   *
   * @param capture as for {@link TaskOptions#prepare}
   * @param log receives what the user should know about the data
   * @throws lanewise.UserException if the folder holds something, or the options or the data are
   *     impossible
   */
  public static TrainingRun start(
      Path path, TaskOptions options, boolean capture, Consumer<String> log) {
    RunFolder folder = new RunFolder(path);
    folder.requireEmpty();
    return new TrainingRun(folder, options, capture, log);
  }

  /**
   * Prepares to go on with a run from its last checkpoint, or from its beginning if it has none.
   *
   * @param options the run's own, from its {@link OptionsFile}, perhaps with another length
   * @param capture as for {@link TaskOptions#prepare}
   * @throws lanewise.UserException if the checkpoint is damaged or belongs to other options
   */
  public static TrainingRun resume(
      Path path, TaskOptions options, boolean capture, Consumer<String> log) {
    TrainingRun run = new TrainingRun(new RunFolder(path), options, capture, log);
    run.commands.addAll(run.folder.commands());
    try {
      if (!Checkpoint.restore(run.folder.checkpoint(), run.task, options)) {
        log.accept(path + " has no checkpoint yet: it starts again from step 0");
      }
    } catch (RuntimeException e) {
      run.close();
      throw e;
    }
    return run;
  }

  /**
   * Trains up to the last step.
   *
   * @param listener is told of every step
   * @throws lanewise.UserException if a loss is not finite or the disk is full, and the last
   *     checkpoint is kept; or if data cannot be read, with a checkpoint of the last step
   */
  public Outcome run(Consumer<StepMetrics> listener) {
    folder.create();
    describe("running");
    try (RunLog log = RunLog.open(folder, options, task.steps())) {
      // Of a run that goes on: so it is diagnosed as if it had never been interrupted.
      folder.forEachStep(this::diagnose);
      while (task.steps() < total && !stopped) {
        StepMetrics step = diagnosed(measured(nextStep(log)));
        log.step(step);
        listener.accept(step);
        save(task.steps(), log);
      }
      return finish(log);
    } catch (UserException e) {
      describeFailure(e);
      throw e;
    }
  }

  private Outcome finish(RunLog log) {
    Outcome outcome = task.steps() >= total ? Outcome.FINISHED : Outcome.STOPPED;
    saveWeights();
    describe(outcome.name().toLowerCase(Locale.ROOT));
    if (task.steps() % options.run().sampleEvery() != 0) {
      saveSamples(log);
    }
    // A process that is to end may be killed before the report has all that belongs in it.
    Report.write(folder.path());
    task.completeReport(folder);
    Report.write(folder.path());
    return outcome;
  }

  /**
   * Trains until the kernels should be compiled, and measures {@code steps} more; writes nothing,
   * neither folder nor checkpoint.
   *
   * @throws lanewise.UserException if a loss is not finite
   */
  public Profile profile(int steps) {
    long start = System.nanoTime();
    for (int i = 0; i < WARM_UP_STEPS || System.nanoTime() - start < WARM_UP_NANOS; i++) {
      step();
    }
    return Profile.of(steps, () -> step());
  }

  /**
   * Trains one step and says what it computed; its times are those of a cold start. Writes nothing.
   *
   * @throws lanewise.UserException if a loss is not finite
   */
  public Profile oneStep() {
    return Profile.of(1, () -> step());
  }

  private StepMetrics measured(StepMetrics step) {
    return task.isMeasured() ? step.with(task.measure()) : step;
  }

  /**
   * Measures the networks as at some steps, twice, and gives the milliseconds of the second time.
   */
  public double measurementMs() {
    task.measure();
    long start = System.nanoTime();
    task.measure();
    return (System.nanoTime() - start) / 1e6;
  }

  /**
   * Notes for the report by which command line {@link #run} is called; those of earlier calls stay.
   */
  public void calledBy(String command) {
    commands.add(command);
  }

  /** The next step. If its data cannot be read, the steps before it are kept. */
  private StepMetrics nextStep(RunLog log) {
    try {
      return step();
    } catch (TrainingFailure e) {
      log.failure(e.finding());
      throw e;
    } catch (UserException e) {
      if (!isMendable(e) || task.steps() == 0) {
        throw e;
      }
      saveWeights();
      throw new UserException(
          "%s, and go on at step %d with --resume %s"
              .formatted(e.getMessage(), task.steps() + 1, folder.path()),
          e.getCause());
    }
  }

  /** What a disk or a file did can be mended, and the run goes on; what training did can not. */
  private static boolean isMendable(UserException failure) {
    return failure.getCause() instanceof IOException;
  }

  private void describeFailure(UserException failure) {
    try {
      describe(isMendable(failure) ? "stopped" : "failed", Map.of("failure", failure.getMessage()));
      Report.write(folder.path());
    } catch (UserException e) {
      // Such as the full disk that was the failure.
      failure.addSuppressed(e);
    }
  }

  private void describe(String status) {
    describe(status, Map.of());
  }

  /** What a backend computes with, in words. */
  public static String machine(Backend backend) {
    Backend.Description engine = backend.description();
    return "%s, %d processors, Java %s, backend %s (%s, %d threads)"
        .formatted(
            System.getProperty("os.arch"),
            Runtime.getRuntime().availableProcessors(),
            Runtime.version().feature(),
            engine.name(),
            engine.device(),
            engine.threads());
  }

  private void describe(String status, Map<String, ?> more) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("dataset", task.description().data());
    facts.put("commands", commands);
    facts.put("machine", machine(backend));
    facts.put("totalSteps", total);
    facts.put("status", status);
    facts.putAll(more);
    new OptionsFile(folder.options()).write(options, facts);
  }

  private StepMetrics step() {
    long start = System.nanoTime();
    Map<String, Float> values = task.step();
    double ms = (System.nanoTime() - start) / 1e6;
    long step = task.steps();
    long epoch = (step - 1) / task.stepsPerEpoch() + 1;
    double speed = task.samplesPerStep() * 1000 / ms;
    return new StepMetrics(step, values, epoch, speed, ms, Map.of(), List.of());
  }

  private StepMetrics diagnosed(StepMetrics step) {
    return step.with(diagnose(step.fields()));
  }

  private List<Finding> diagnose(Map<String, ?> line) {
    return task.diagnosis().observe(Observation.of(line));
  }

  private void save(long step, RunLog log) {
    if (step % options.run().checkpointEvery() == 0) {
      saveWeights();
    }
    if (step % options.run().sampleEvery() == 0) {
      saveSamples(log);
    }
  }

  private void saveWeights() {
    Checkpoint.save(folder.checkpoint(), task, options);
    task.results()
        .forEach((name, network) -> Checkpoint.writeNetwork(folder.weights(name), network, task));
  }

  private void saveSamples(RunLog log) {
    task.writeSamples(folder.sample(task.steps()));
    log.samples(task.steps());
    Report.write(folder.path());
  }

  /** Ends {@link #run} after the present step, with a checkpoint; may be called by any thread. */
  public void stop() {
    stopped = true;
  }

  public RunFolder folder() {
    return folder;
  }

  public Backend backend() {
    return backend;
  }

  /** What is trained, with the number of steps already done. */
  public Task task() {
    return task;
  }

  /** What was found to go wrong and still does. */
  public List<Finding> standing() {
    return task.diagnosis().standing();
  }

  /** The number of the last step. */
  public long totalSteps() {
    return total;
  }

  @Override
  public void close() {
    task.close();
    backend.close();
  }
}
