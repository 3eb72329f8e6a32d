package lanewise.train;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.train.loss.GradientPenalty;
import lanewise.train.loss.Objective;

/**
 * The options of a GAN's training.
 *
 * @param preset the name of the {@link Preset} that the options began as
 * @param data a name or path for {@link lanewise.data.Datasets#open}
 */
public record TrainOptions(
    String preset,
    String data,
    ModelOptions model,
    ObjectiveOptions objective,
    OptimizerOptions optimizer,
    RunOptions run,
    MeasuringOptions measuring,
    EngineOptions engine)
    implements TaskOptions {
  /** Its name for {@code --model}. */
  public static final String TASK = "gan";

  /** Steps of a training whose length nobody gave. */
  public static final long DEFAULT_STEPS = 4000;

  /** What may change in a run that goes on, beside {@link TaskOptions#FREE}. */
  private static final Set<String> ALSO_FREE =
      Set.of("metrics", "metricsEvery", "metricsSamples", "classifier");

  /** A preset's hyper-parameters on {@code data} for {@link #DEFAULT_STEPS}. */
  public static TrainOptions defaults(Preset preset, String data, int imageSize) {
    return of(preset, Map.of("data", data, "imageSize", imageSize));
  }

  /**
   * A preset's hyper-parameters with others in place of some.
   *
   * @param changes as for {@link #with}
   */
  public static TrainOptions of(Preset preset, Map<String, ?> changes) {
    Map<String, Object> all = preset.options();
    all.putAll(changes);
    return new TrainOptions(
            preset.toString(),
            "fashion-mnist",
            new ModelOptions(
                "dcgan", 32, 100, 64, 64, "batch", "batch", false, false, "transposed", false, 1),
            new ObjectiveOptions("non-saturating", 0, 0, 1, 0),
            new OptimizerOptions(64, 1, 1, 2e-4, 2e-4, 0.5, 0.999, "constant", 0),
            new RunOptions(0, 0, DEFAULT_STEPS, 100, 500, false),
            MeasuringOptions.OFF,
            EngineOptions.usual())
        .with(all);
  }

  /**
   * Checks what does not go together.
   *
   * @throws UserException that names the options, and what to do
   */
  public TrainOptions {
    model.requirePossible();
    if (objective.gp() > 0) {
      OptionCheck.untied("--norm-d", model.normD(), "layer, instance or none");
    }
    if (isUnbounded(objective.loss(), objective.gp(), objective.r1(), model.spectralNorm())) {
      throw new UserException(
          "--loss wgan-gp needs a critic whose slope is bounded; give --gp 10, or --spectral-norm");
    }
    if (optimizer.batchSize() % model.pack() != 0) {
      throw new UserException(
          "--pack %d does not divide --batch-size %d; choose one that does"
              .formatted(model.pack(), optimizer.batchSize()));
    }
  }

  /** How to train; {@code totalSteps} is what the schedule of learning rates is for. */
  public Recipe recipe(long totalSteps) {
    return new Recipe(
        objective.ganLoss(),
        objective.penalties(),
        optimizer.batchSize(),
        optimizer.accumulate(),
        optimizer.dSteps(),
        optimizer.generator(),
        optimizer.discriminator(),
        Schedule.named(optimizer.lrSchedule()),
        totalSteps,
        optimizer.ema());
  }

  @Override
  public String task() {
    return TASK;
  }

  /** The generator's norm: what runs are most often compared by. */
  @Override
  public String label() {
    return model.normG();
  }

  /**
   * The same with others in place of some. WGAN-GP's critic gets its gradient penalty where nothing
   * bounds its slope and no {@code gp} was given.
   */
  @Override
  public TrainOptions with(Map<String, ?> changes) {
    Map<String, Object> all = flat();
    all.putAll(changes);
    boolean unbounded =
        isUnbounded(
            (String) all.get("loss"),
            ((Number) all.get("gp")).doubleValue(),
            ((Number) all.get("r1")).doubleValue(),
            (boolean) all.get("spectralNorm"));
    if (unbounded && !changes.containsKey("gp")) {
      all.put("gp", GradientPenalty.WGAN_GP_WEIGHT);
    }
    return OptionGroups.with(this, all);
  }

  private static boolean isUnbounded(String loss, double gp, double r1, boolean spectralNorm) {
    return Objective.named(loss) == Objective.WGAN_GP && gp == 0 && r1 == 0 && !spectralNorm;
  }

  @Override
  public Function<Backend, Task> prepare(boolean capture, Consumer<String> log) {
    return GanTask.prepare(this, capture, log);
  }

  @Override
  public boolean isScheduled() {
    return Schedule.named(optimizer.lrSchedule()) != Schedule.CONSTANT;
  }

  @Override
  public boolean isFree(String name) {
    return ALSO_FREE.contains(name) || TaskOptions.super.isFree(name);
  }

  @Override
  public TrainOptions readOther(Path file) {
    return read(file);
  }

  /**
   * Reads {@code options.json}. Options that came later than the run have the defaults, which are
   * what was done before.
   *
   * @throws UserException if the file is missing or not one of a GAN's training
   */
  public static TrainOptions read(Path file) {
    return new OptionsFile(file).over(defaults(Preset.DCGAN, "", 32), "arch");
  }
}
