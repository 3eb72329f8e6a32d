package lanewise.train.translation;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.data.UnpairedPictures;
import lanewise.diagnosis.Diagnosis;
import lanewise.picture.Pictures;
import lanewise.train.EngineOptions;
import lanewise.train.OptionGroups;
import lanewise.train.OptionsFile;
import lanewise.train.RunOptions;
import lanewise.train.Task;

/**
 * The options of CycleGAN's training.
 *
 * @param data a folder for {@link UnpairedPictures#open}
 */
public record CycleGanOptions(
    String data,
    PictureOptions pictures,
    NetworkOptions networks,
    CycleGanLossOptions loss,
    RateOptions rates,
    RunOptions run,
    EngineOptions engine)
    implements TranslationOptions {
  /** Its name for {@code --model}. */
  public static final String TASK = "cyclegan";

  /** Up to this size, 6 residual blocks do (Zhu et al. 2017, section 7.1). */
  private static final int SMALL = 128;

  private static final CycleGanOptions REFERENCE =
      new CycleGanOptions(
          "",
          new PictureOptions(
              "AtoB", "resize_and_crop", 286, 256, false, 3, 3, Pictures.DEFAULT_MAX_PIXELS),
          new NetworkOptions("resnet_9blocks", "basic", 3, 64, 64, "instance", true),
          new CycleGanLossOptions("lsgan", 0, 10, 10, 0.5, 50),
          Usual.RATES,
          Usual.RUN,
          EngineOptions.usual());

  /** Checks what does not go together. */
  public CycleGanOptions {
    Usual.requirePossible(pictures, networks, rates);
    networks.requireFit(loss.gp());
    if (loss.gp() > 0) {
      Usual.requireOneSize("--gp", pictures, networks);
    }
    if (loss.lambdaIdentity() > 0 && pictures.inputNc() != pictures.outputNc()) {
      throw new UserException(
          "--lambda-identity needs pictures of one number of channels; give 0, or --input-nc and"
              + " --output-nc alike");
    }
  }

  /**
   * The paper's hyper-parameters with others in place of some. With another crop size, the load
   * size and the number of residual blocks follow unless they are given; with {@code wgangp}, a
   * penalty.
   *
   * @param changes by the names of options
   * @throws UserException if a value is impossible
   */
  public static CycleGanOptions of(Map<String, ?> changes) {
    Map<String, Object> all = Usual.withPenalty(changes);
    if (changes.get("cropSize") instanceof Integer crop) {
      all.putIfAbsent("loadSize", Usual.loadSize(crop));
      all.putIfAbsent("netG", crop <= SMALL ? "resnet_6blocks" : "resnet_9blocks");
    }
    return REFERENCE.with(all);
  }

  @Override
  public String task() {
    return TASK;
  }

  @Override
  public CycleGanOptions with(Map<String, ?> changes) {
    return OptionGroups.with(this, changes);
  }

  @Override
  public CycleGanOptions readOther(Path file) {
    return new OptionsFile(file).over(REFERENCE, "netG");
  }

  @Override
  public Function<Backend, Task> prepare(boolean capture, Consumer<String> log) {
    UnpairedPictures pairs =
        UnpairedPictures.open(
            Path.of(data),
            pictures.maxPixels(),
            pictures.kinds(),
            pictures.plan(generator().multiple()));
    return TranslationTask.prepare(
        pairs,
        this,
        (backend, total) ->
            new CycleGanTrainer(backend, recipe(total), run.seed(), capture && hasOneSize()));
  }

  @Override
  public Diagnosis newDiagnosis() {
    return Diagnosis.ofCycle(GanMode.named(loss.ganMode()).meaning());
  }

  /** How to train for so many steps. */
  public CycleGanRecipe recipe(long totalSteps) {
    return new CycleGanRecipe(
        generator(),
        networks.discriminator(pictures.outputNc()),
        GanMode.named(loss.ganMode()),
        (float) loss.gp(),
        (float) loss.lambdaA(),
        (float) loss.lambdaB(),
        (float) loss.lambdaIdentity(),
        loss.poolSize(),
        rates.adam(),
        new LinearDecay(totalSteps, rates.decay()));
  }
}
