package lanewise.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.data.Batches;
import lanewise.data.Dataset;
import lanewise.data.Datasets;
import lanewise.data.GaussianMixture;
import lanewise.diagnosis.Diagnosis;
import lanewise.diagnosis.Finding;
import lanewise.io.Images;
import lanewise.model.Gan;
import lanewise.report.Report;
import lanewise.train.GanTrainer.StepResult;

/**
 * A training with its data, its backend and its {@link RunFolder}: everything that can be wrong is
 * found when it is opened, before anything is written.
 */
public final class TrainingRun implements AutoCloseable {
  /** Points of a plot: as many as are evaluated. */
  private static final int POINTS = 2500;

  /** Images of a sample grid. */
  private static final int SAMPLES = 64;

  /** Before a profile. */
  private static final int WARM_UP_STEPS = 20;

  private static final long WARM_UP_NANOS = 5_000_000_000L;

  private final RunFolder folder;
  private final TrainOptions options;
  private final Dataset data;
  private final Batches batches;
  private final NextBatch next;
  private final Backend backend;
  private final GanTrainer trainer;
  private final int batchesPerStep;
  private final long stepsPerEpoch;
  private final long total;
  private final Diagnosis diagnosis;
  private final List<String> commands = new ArrayList<>();

  /** Null if nothing is to be measured. */
  private final Measurements measurements;

  private volatile boolean stopped;

  /** How a call of {@link #run} ended. */
  public enum Outcome {
    /** All steps are done. */
    FINISHED,
    /** {@link #stop} was called; the run can be resumed. */
    STOPPED
  }

  private TrainingRun(
      RunFolder folder, TrainOptions options, boolean capture, Consumer<String> log) {
    this.folder = folder;
    this.options = options;
    long seed = options.run().seed();
    data = Datasets.open(options.data(), options.model().imageSize(), 0, seed, log);
    Gan model = options.model().model(data);
    OptimizerOptions optimizer = options.optimizer();
    batchesPerStep = optimizer.accumulate() * optimizer.dSteps();
    batches = new Batches(data, optimizer.batchSize(), seed);
    next = new NextBatch(batches, data, batchesPerStep, options.model().conditional());
    stepsPerEpoch = Math.max(1, batches.stepsPerEpoch() / batchesPerStep);
    total = options.run().totalSteps(stepsPerEpoch);
    diagnosis = new Diagnosis(options.objective().scores());
    backend = Backends.open(options.engine().backend(), options.engine().options());
    try {
      trainer = new GanTrainer(backend, model, options.recipe(total), seed, capture);
    } catch (RuntimeException e) {
      backend.close();
      throw e;
    }
    try {
      measurements =
          options.measuring().metrics()
              ? new Measurements(backend, options, data, trainer, total)
              : null;
    } catch (RuntimeException e) {
      trainer.close();
      backend.close();
      throw e;
    }
  }

  /**
   * Prepares a new run; the folder is made by {@link #run}.
   *
   * @param capture whether steps are replayed where the backend can: see {@link GanTrainer}
   * @param log receives what the user should know about the data
   * @throws lanewise.UserException if the folder holds something, or the options or the data are
   *     impossible
   */
  public static TrainingRun start(
      Path path, TrainOptions options, boolean capture, Consumer<String> log) {
    RunFolder folder = new RunFolder(path);
    folder.requireEmpty();
    return new TrainingRun(folder, options, capture, log);
  }

  /**
   * Prepares to go on with a run from its last checkpoint, or from its beginning if it has none.
   *
   * @param options the run's own, from {@link TrainOptions#read}, perhaps with another length
   * @param capture whether steps are replayed where the backend can: see {@link GanTrainer}
   * @throws lanewise.UserException if the checkpoint is damaged or belongs to other options
   */
  public static TrainingRun resume(
      Path path, TrainOptions options, boolean capture, Consumer<String> log) {
    TrainingRun run = new TrainingRun(new RunFolder(path), options, capture, log);
    run.commands.addAll(run.folder.commands());
    try {
      if (!Checkpoint.restore(run.folder.checkpoint(), run.trainer, options, run.data.size())) {
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
   * @throws lanewise.UserException if a loss is not finite or the disk is full; the last checkpoint
   *     is kept
   */
  public Outcome run(Consumer<StepMetrics> listener) {
    folder.create();
    describe("running");
    try (RunLog log = RunLog.open(folder, options, trainer.steps())) {
      // Of a run that goes on: so it is diagnosed as if it had never been interrupted.
      folder.forEachStep(line -> diagnosis.observe(StepMetrics.observation(line)));
      while (trainer.steps() < total && !stopped) {
        StepMetrics step = diagnosed(measured(step()));
        log.step(step);
        listener.accept(step);
        save(trainer.steps(), log);
      }
      return finish(log);
    } catch (UserException e) {
      describeFailure(e);
      throw e;
    }
  }

  private Outcome finish(RunLog log) {
    Outcome outcome = trainer.steps() >= total ? Outcome.FINISHED : Outcome.STOPPED;
    saveWeights();
    describe(outcome.name().toLowerCase(Locale.ROOT));
    if (trainer.steps() % options.run().sampleEvery() != 0) {
      saveSamples(log);
    }
    RunReport.complete(backend, folder, options, data, trainer.steps());
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
    return measurements != null && measurements.isDue() ? step.with(measurements.measure()) : step;
  }

  /**
   * Measures the generator as at some steps, twice, and gives the milliseconds of the second time.
   */
  public double measurementMs() {
    measurements.measure();
    long start = System.nanoTime();
    measurements.measure();
    return (System.nanoTime() - start) / 1e6;
  }

  /**
   * Notes for the report by which command line {@link #run} is called; those of earlier calls stay.
   */
  public void calledBy(String command) {
    commands.add(command);
  }

  /** What a disk or a file did can be mended, and the run goes on; what training did can not. */
  private void describeFailure(UserException failure) {
    try {
      boolean mendable = failure.getCause() instanceof IOException;
      describe(mendable ? "stopped" : "failed", Map.of("failure", failure.getMessage()));
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
    facts.put("dataset", data.name());
    facts.put("commands", commands);
    facts.put("machine", machine(backend));
    facts.put("totalSteps", total);
    facts.put("status", status);
    facts.putAll(more);
    options.write(folder.options(), facts);
  }

  private StepMetrics step() {
    long start = System.nanoTime();
    float[] images = next.images(trainer.steps());
    StepResult result = trainer.step(images, next.labels(), this::prepareNext);
    double ms = (System.nanoTime() - start) / 1e6;
    long epoch = (result.step() - 1) / stepsPerEpoch + 1;
    int samples = batchesPerStep * options.optimizer().batchSize();
    return new StepMetrics(result, epoch, samples * 1000 / ms, ms, Map.of(), List.of());
  }

  private StepMetrics diagnosed(StepMetrics step) {
    return step.with(diagnosis.observe(step.observation()));
  }

  /** While a GPU computes the present step. */
  private void prepareNext() {
    if (trainer.steps() < total) {
      next.prepare(trainer.steps());
    }
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
    Checkpoint.save(folder.checkpoint(), trainer, options, data.size());
    Checkpoint.writeNetwork(folder.generator(), trainer.sampler(), trainer.model());
    Checkpoint.writeNetwork(folder.discriminator(), trainer.discriminator(), trainer.model());
  }

  private void saveSamples(RunLog log) {
    Path file = folder.sample(trainer.steps());
    if (data instanceof GaussianMixture mixture) {
      Images.writePoints(file, trainer.samples(POINTS), mixture.extent());
    } else {
      Images.writeGrid(
          file,
          trainer.samples(SAMPLES),
          SAMPLES,
          data.channels(),
          data.height(),
          data.width(),
          (int) Math.sqrt(SAMPLES));
    }
    log.samples(trainer.steps());
    Report.write(folder.path());
  }

  /** Ends {@link #run} after the present step, with a checkpoint; may be called by any thread. */
  public void stop() {
    stopped = true;
  }

  public RunFolder folder() {
    return folder;
  }

  public Dataset data() {
    return data;
  }

  public Backend backend() {
    return backend;
  }

  /** The networks and the number of steps already done. */
  public GanTrainer trainer() {
    return trainer;
  }

  /** What was found to go wrong and still does. */
  public List<Finding> standing() {
    return diagnosis.standing();
  }

  /** The number of the last step. */
  public long totalSteps() {
    return total;
  }

  @Override
  public void close() {
    if (measurements != null) {
      measurements.close();
    }
    trainer.close();
    backend.close();
  }
}
