package lanewise.train;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import lanewise.UserException;
import lanewise.backend.BackendOptions;
import lanewise.backend.Precision;
import lanewise.io.AtomicFiles;
import lanewise.model.Dcgan;
import lanewise.model.Norm;

/**
 * Everything that decides what a training computes and leaves behind; {@code options.json} holds it
 * by these names.
 *
 * @param data a name or path for {@link lanewise.data.Datasets#open}, or null for the default
 * @param imageSize pixels of a side
 * @param norm a name of {@link Norm}
 * @param lr Adam's learning rate, for both networks
 * @param epochs to train in all, or 0 if {@code steps} says it
 * @param steps to train in all, or 0 if {@code epochs} says it
 * @param seed of weights, latents and the order of the data
 * @param backend a name for {@link lanewise.backend.Backends#open}
 * @param threads that compute; never changes a result
 * @param device the number of the GPU
 * @param precision a name of {@link Precision}
 * @param sampleEvery steps between sample grids
 * @param checkpointEvery steps between checkpoints
 * @param latent size of z
 * @param ngf channels of the generator's last hidden layer
 * @param ndf channels of the discriminator's first layer
 */
public record TrainOptions(
    String data,
    int imageSize,
    String norm,
    int batchSize,
    double lr,
    double beta1,
    int epochs,
    long steps,
    long seed,
    String backend,
    int threads,
    int device,
    String precision,
    int sampleEvery,
    int checkpointEvery,
    int latent,
    int ngf,
    int ndf) {

  /** Steps of a training whose length nobody gave. */
  public static final long DEFAULT_STEPS = 4000;

  /** DCGAN's hyper-parameters on {@code data} for {@link #DEFAULT_STEPS}. */
  public static TrainOptions defaults(String data, int imageSize) {
    BackendOptions engine = BackendOptions.defaults();
    return new TrainOptions(
        data,
        imageSize,
        "batch",
        64,
        2e-4,
        0.5,
        0,
        DEFAULT_STEPS,
        0,
        "auto",
        engine.threads(),
        engine.device(),
        engine.precision().toString(),
        100,
        500,
        100,
        64,
        64);
  }

  /**
   * Checks every value.
   *
   * @throws UserException that names the option and what it can be
   */
  public TrainOptions {
    positive("--image-size", imageSize);
    positive("--batch-size", batchSize);
    new BackendOptions(threads, device, Precision.named(precision));
    positive("--sample-every", sampleEvery);
    positive("--checkpoint-every", checkpointEvery);
    positive("--latent", latent);
    positive("--ngf", ngf);
    positive("--ndf", ndf);
    if (!(lr > 0) || !Double.isFinite(lr)) {
      throw new UserException("--lr must be a positive number, not " + lr);
    }
    if (!(beta1 >= 0 && beta1 < 1)) {
      throw new UserException("--beta1 must be at least 0 and less than 1, not " + beta1);
    }
    if (steps < 0 || epochs < 0) {
      throw new UserException("--steps and --epochs cannot be negative");
    }
    if ((steps == 0) == (epochs == 0)) {
      throw new UserException(
          "Give the length of the training by either --steps or --epochs, at least 1");
    }
    // Refuses sizes and norms that the architecture does not have; the channels are the data's.
    new Dcgan(imageSize, 1, latent, ngf, ndf, Norm.named(norm));
  }

  private static void positive(String flag, long value) {
    if (value < 1) {
      throw new UserException("%s must be at least 1, not %d".formatted(flag, value));
    }
  }

  /** How the backend is to run. */
  public BackendOptions engine() {
    return new BackendOptions(threads, device, Precision.named(precision));
  }

  /** The networks, for images of {@code channels}. */
  public Dcgan model(int channels) {
    return new Dcgan(imageSize, channels, latent, ngf, ndf, Norm.named(norm));
  }

  /** The number of the last step. */
  public long totalSteps(long stepsPerEpoch) {
    return steps > 0 ? steps : epochs * stepsPerEpoch;
  }

  /**
   * What of {@code other} would make a run another one, each as {@code --norm batch, not instance};
   * length, backend, threads, device, precision and intervals may differ.
   */
  public List<String> differences(TrainOptions other) {
    List<String> differences = new ArrayList<>();
    compare(differences, "--data", data, other.data);
    compare(differences, "--image-size", imageSize, other.imageSize);
    compare(differences, "--norm", norm, other.norm);
    compare(differences, "--batch-size", batchSize, other.batchSize);
    compare(differences, "--lr", lr, other.lr);
    compare(differences, "--beta1", beta1, other.beta1);
    compare(differences, "--seed", seed, other.seed);
    compare(differences, "--latent", latent, other.latent);
    compare(differences, "--ngf", ngf, other.ngf);
    compare(differences, "--ndf", ndf, other.ndf);
    return differences;
  }

  private static void compare(List<String> differences, String flag, Object mine, Object other) {
    if (!Objects.equals(mine, other)) {
      differences.add("%s %s, not %s".formatted(flag, mine, other));
    }
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
          JSON json = JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT);
          Map<String, Object> all = new LinkedHashMap<>(json.mapFrom(json.asString(this)));
          all.putAll(facts);
          Files.writeString(path, json.asString(all) + "\n");
        });
  }

  /**
   * Reads {@code options.json}.
   *
   * @throws UserException if the file is missing or not one
   */
  public static TrainOptions read(Path file) {
    try {
      Map<String, Object> options = JSON.std.mapFrom(Files.readString(file));
      // Runs from before there were GPUs do not say.
      options.putIfAbsent("device", 0);
      options.putIfAbsent("precision", Precision.FP32.toString());
      return JSON.std.beanFrom(TrainOptions.class, JSON.std.asString(options));
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
