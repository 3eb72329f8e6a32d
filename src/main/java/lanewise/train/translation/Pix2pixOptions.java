package lanewise.train.translation;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import lanewise.backend.Backend;
import lanewise.data.PairedPictures;
import lanewise.diagnosis.Diagnosis;
import lanewise.picture.Pictures;
import lanewise.train.EngineOptions;
import lanewise.train.OptionGroups;
import lanewise.train.OptionsFile;
import lanewise.train.RunOptions;
import lanewise.train.Task;

/**
 * The options of pix2pix's training.
 *
 * @param data a folder for {@link PairedPictures#open}
 */
public record Pix2pixOptions(
    String data,
    PictureOptions pictures,
    NetworkOptions networks,
    Pix2pixLossOptions loss,
    RateOptions rates,
    RunOptions run,
    EngineOptions engine)
    implements TranslationOptions {
  /** Its name for {@code --model}. */
  public static final String TASK = "pix2pix";

  private static final Pix2pixOptions REFERENCE =
      new Pix2pixOptions(
          "",
          new PictureOptions(
              "AtoB", "resize_and_crop", 286, 256, false, 3, 3, Pictures.DEFAULT_MAX_PIXELS),
          new NetworkOptions("unet_256", "basic", 3, 64, 64, "batch", false),
          new Pix2pixLossOptions("vanilla", 0, 100),
          Usual.RATES,
          Usual.RUN,
          EngineOptions.usual());

  /** Checks what does not go together. */
  public Pix2pixOptions {
    Usual.requirePossible(pictures, networks, rates);
    networks.requireFit(loss.gp());
  }

  /**
   * The paper's hyper-parameters with others in place of some. With another crop size, the load
   * size and the depth of the U-Net follow unless they are given; with {@code wgangp}, a penalty.
   *
   * @param changes by the names of options
   * @throws lanewise.UserException if a value is impossible
   */
  public static Pix2pixOptions of(Map<String, ?> changes) {
    Map<String, Object> all = Usual.withPenalty(changes);
    if (changes.get("cropSize") instanceof Integer crop) {
      all.putIfAbsent("loadSize", Usual.loadSize(crop));
      all.putIfAbsent("netG", "unet_" + Math.clamp(Integer.lowestOneBit(crop), 32, 256));
    }
    return REFERENCE.with(all);
  }

  @Override
  public String task() {
    return TASK;
  }

  @Override
  public Pix2pixOptions with(Map<String, ?> changes) {
    return OptionGroups.with(this, changes);
  }

  @Override
  public Pix2pixOptions readOther(Path file) {
    return new OptionsFile(file).over(REFERENCE, "netG");
  }

  @Override
  public Function<Backend, Task> prepare(boolean capture, Consumer<String> log) {
    PairedPictures pairs =
        PairedPictures.open(
            Path.of(data),
            pictures.maxPixels(),
            pictures.kinds(),
            pictures.plan(generator().multiple()));
    return TranslationTask.prepare(
        pairs,
        this,
        (backend, total) ->
            new Pix2pixTrainer(backend, recipe(total), run.seed(), capture && hasOneSize()));
  }

  @Override
  public Diagnosis newDiagnosis() {
    return Diagnosis.ofTranslation(GanMode.named(loss.ganMode()).meaning());
  }

  /** How to train for so many steps. */
  public Pix2pixRecipe recipe(long totalSteps) {
    return new Pix2pixRecipe(
        generator(),
        networks.discriminator(pictures.inputNc() + pictures.outputNc()),
        GanMode.named(loss.ganMode()),
        (float) loss.gp(),
        (float) loss.lambdaL1(),
        rates.adam(),
        new LinearDecay(totalSteps, rates.decay()));
  }
}
