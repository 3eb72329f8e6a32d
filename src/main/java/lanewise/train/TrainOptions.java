package lanewise.train;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import lanewise.UserException;
import lanewise.backend.BackendOptions;
import lanewise.io.AtomicFiles;
import lanewise.model.Norm;
import lanewise.train.loss.Objective;

/**
 * Everything that decides what a training computes and leaves behind, in groups; {@code
 * options.json} holds it by these names.
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
    EngineOptions engine) {

  /** Steps of a training whose length nobody gave. */
  public static final long DEFAULT_STEPS = 4000;

  /** What may change in a run that goes on. */
  private static final Set<String> FREE =
      Set.of(
          "preset",
          "epochs",
          "steps",
          "sampleEvery",
          "checkpointEvery",
          "tensorboard",
          "metrics",
          "metricsEvery",
          "metricsSamples",
          "classifier",
          "backend",
          "threads",
          "device",
          "precision");

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
    BackendOptions engine = BackendOptions.defaults();
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
            new EngineOptions(
                "auto", engine.threads(), engine.device(), engine.precision().toString()))
        .with(all);
  }

  /**
   * Checks what does not go together.
   *
   * @throws UserException that names the options, and what to do
   */
  public TrainOptions {
    model.requirePossible();
    if (objective.gp() > 0 && Norm.named(model.normD()).tiesSamples()) {
      throw new UserException(
          ("--norm-d %s ties the samples of a batch together, and a gradient penalty is of each"
                  + " sample alone (Gulrajani et al. 2017, section 4); use --norm-d layer, instance"
                  + " or none")
              .formatted(model.normD()));
    }
    boolean bounded = objective.gp() > 0 || objective.r1() > 0 || model.spectralNorm();
    if (Objective.named(objective.loss()) == Objective.WGAN_GP && !bounded) {
      throw new UserException(
          "--loss wgan-gp needs a critic whose slope is bounded; give --gp 10, or --spectral-norm");
    }
    if (optimizer.batchSize() % model.pack() != 0) {
      throw new UserException(
          "--pack %d does not divide --batch-size %d; choose one that does"
              .formatted(model.pack(), optimizer.batchSize()));
    }
  }

  static void positive(String flag, long value) {
    atLeast(flag, value, 1);
  }

  static void atLeast(String flag, long value, long least) {
    if (value < least) {
      throw new UserException("%s must be at least %d, not %d".formatted(flag, least, value));
    }
  }

  static void notNegative(String flag, double value) {
    if (!(value >= 0) || !Double.isFinite(value)) {
      throw new UserException("%s must be at least 0, not %s".formatted(flag, value));
    }
  }

  static void rate(String flag, double value) {
    if (!(value > 0) || !Double.isFinite(value)) {
      throw new UserException("%s must be a positive number, not %s".formatted(flag, value));
    }
  }

  static void share(String flag, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new UserException(
          "%s must be at least 0 and less than 1, not %s".formatted(flag, value));
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

  /**
   * These options with others in place of some.
   *
   * @param changes by their names in {@code options.json}, whichever group they are in
   * @throws IllegalArgumentException if there is no option of such a name
   */
  public TrainOptions with(Map<String, ?> changes) {
    Map<String, Object> all = map();
    changes.forEach((name, value) -> groupWith(name, all).put(name, value));
    try {
      return ofMap(all);
    } catch (IOException e) {
      throw new IllegalArgumentException("These are not the values of options: " + changes, e);
    }
  }

  /** Whether there is an option of that name, in whichever group. */
  public boolean has(String name) {
    return flat().containsKey(name);
  }

  /** All options by their names, without groups. */
  public Map<String, Object> flat() {
    return flat(map());
  }

  private static Map<String, Object> flat(Map<String, Object> grouped) {
    Map<String, Object> flat = new LinkedHashMap<>();
    grouped.forEach(
        (name, value) -> {
          if (value instanceof Map<?, ?> group) {
            group.forEach((key, option) -> flat.put((String) key, option));
          } else {
            flat.put(name, value);
          }
        });
    return flat;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> groupWith(String name, Map<String, Object> all) {
    if (all.containsKey(name)) {
      return all;
    }
    return all.values().stream()
        .filter(group -> group instanceof Map<?, ?> map && map.containsKey(name))
        .map(group -> (Map<String, Object>) group)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("There is no option " + name));
  }

  /**
   * What of {@code other} would make a run another one, each as {@code --norm-g batch, not
   * instance}; length, engine and intervals may differ, but not the length that a schedule of
   * learning rates is for.
   */
  public List<String> differences(TrainOptions other) {
    boolean scheduled = Schedule.named(optimizer.lrSchedule()) != Schedule.CONSTANT;
    Map<String, Object> others = other.flat();
    List<String> differences = new ArrayList<>();
    flat()
        .forEach(
            (name, mine) -> {
              boolean length = name.equals("steps") || name.equals("epochs");
              boolean bound = !FREE.contains(name) || (length && scheduled);
              if (bound && !Objects.equals(mine, others.get(name))) {
                differences.add("%s %s, not %s".formatted(flag(name), mine, others.get(name)));
              }
            });
    return differences;
  }

  /** {@code --batch-size} for {@code batchSize}. */
  public static String flag(String name) {
    return "--" + name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  /**
   * Writes {@code options.json}.
   *
   * @param facts about the run that are no options: they come last and are ignored when read
   */
  void write(Path file, Map<String, Object> facts) {
    AtomicFiles.replaceFile(
        file,
        path -> {
          Map<String, Object> all = map();
          all.putAll(facts);
          JSON json = JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT);
          Files.writeString(path, json.asString(all) + "\n");
        });
  }

  private Map<String, Object> map() {
    try {
      return new LinkedHashMap<>(JSON.std.mapFrom(JSON.std.asString(this)));
    } catch (IOException e) {
      throw new UncheckedIOException("records of strings and numbers are always JSON", e);
    }
  }

  private static TrainOptions ofMap(Map<String, Object> all) throws IOException {
    return (TrainOptions) recordOf(TrainOptions.class, all);
  }

  /** A record from JSON, with groups in it; what its constructor says of a value stays as it is. */
  private static Record recordOf(Class<?> type, Map<?, ?> values) throws IOException {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] arguments = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      arguments[i] = value(components[i].getName(), types[i], values);
    }
    try {
      return (Record) type.getDeclaredConstructor(types).newInstance(arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object value(String name, Class<?> type, Map<?, ?> values) throws IOException {
    Object value = values.get(name);
    return switch (value) {
      case Map<?, ?> group when type.isRecord() -> recordOf(type, group);
      case Number n when type == int.class -> n.intValue();
      case Number n when type == long.class -> n.longValue();
      case Number n when type == double.class -> n.doubleValue();
      case Boolean b when type == boolean.class -> b;
      case String text when type == String.class -> text;
      case null, default -> throw new IOException("'%s' cannot be %s".formatted(name, value));
    };
  }

  /**
   * Reads {@code options.json}.
   *
   * @throws UserException if the file is missing or not one
   */
  public static TrainOptions read(Path file) {
    try {
      Map<String, Object> given = flat(JSON.std.mapFrom(Files.readString(file)));
      if (!given.containsKey("arch")) {
        throw new IOException("it does not say which networks; train anew, in another folder");
      }
      // Options that came later have the defaults, which are what was done before.
      TrainOptions base = defaults(Preset.DCGAN, "", 32);
      given.keySet().removeIf(name -> !base.has(name));
      return base.with(given);
    } catch (NoSuchFileException e) {
      throw new UserException(
          "%s does not exist: %s is not a run; give a folder that train left behind"
              .formatted(file, file.getParent()),
          e);
    } catch (IOException e) {
      throw new UserException(
          "%s cannot be read as a run's options: %s"
              .formatted(file, e.getMessage().lines().findFirst().orElse("")),
          e);
    }
  }
}
