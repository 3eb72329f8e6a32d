package lanewise.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.io.Safetensors;
import lanewise.io.TensorEntry;
import lanewise.model.Dcgan;
import lanewise.model.Norm;
import lanewise.nn.Network;

/** A generator from a run or from a safetensors file of PyTorch's names, ready to make images. */
public final class TrainedGenerator implements AutoCloseable {
  /** Images computed at a time: bounds the memory, never changes a result. */
  private static final int CHUNK = 64;

  private final Dcgan model;
  private final Network network;

  private TrainedGenerator(Dcgan model, Network network) {
    this.model = model;
    this.network = network;
  }

  /**
   * Opens a generator; its size, widths and channels are read from its weights.
   *
   * @param source a run's folder, or a safetensors file
   * @param norm needed only where the file does not tell, otherwise null: files that {@code train}
   *     wrote do, and batch norm is known by its running averages
   * @throws UserException if it is missing, damaged, or not a DCGAN generator
   */
  public static TrainedGenerator open(Backend backend, Path source, Norm norm) {
    Path file = Files.isDirectory(source) ? generatorOf(source) : source;
    try (Safetensors tensors = Safetensors.open(file)) {
      Dcgan model = architecture(tensors, file, norm);
      List<TensorEntry> entries = Checkpoint.readAll(tensors);
      Network network = new Network(backend, model.generator());
      try {
        StateDict.load(network, entries, file.toString());
      } catch (RuntimeException e) {
        network.close();
        throw e;
      }
      return new TrainedGenerator(model, network);
    }
  }

  private static Path generatorOf(Path run) {
    RunFolder folder = new RunFolder(run);
    if (!Files.exists(folder.generator())) {
      throw new UserException(
          Files.exists(folder.options())
              ? "%s has no generator.safetensors yet; it comes with the first checkpoint"
                  .formatted(run)
              : "%s is not a run: it has no generator.safetensors; give a folder that train left"
                      .formatted(run)
                  + " behind, or a file");
    }
    return folder.generator();
  }

  private static Dcgan architecture(Safetensors tensors, Path file, Norm given) {
    Map<String, long[]> dimensions = new LinkedHashMap<>();
    tensors.names().forEach(name -> dimensions.put(name, tensors.shape(name)));
    try {
      String architecture =
          tensors.metadata().getOrDefault(Checkpoint.ARCHITECTURE, Checkpoint.DCGAN);
      if (!architecture.equals(Checkpoint.DCGAN)) {
        throw new UserException("its architecture is '" + architecture + "', not dcgan");
      }
      return Dcgan.ofGenerator(dimensions, norm(tensors, given));
    } catch (UserException e) {
      throw new UserException("%s cannot be used: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static Norm norm(Safetensors tensors, Norm given) {
    String stated = tensors.metadata().get(Checkpoint.NORM);
    if (stated == null && tensors.names().contains("main.1.running_mean")) {
      stated = Norm.BATCH.toString();
    }
    if (stated == null && given == null) {
      throw new UserException("it does not say which norm it was trained with; give --norm");
    }
    Norm norm = stated == null ? given : Norm.named(stated);
    if (given != null && given != norm) {
      throw new UserException("it was trained with --norm %s, not %s".formatted(norm, given));
    }
    return norm;
  }

  /** The architecture; its discriminator's widths are not known. */
  public Dcgan model() {
    return model;
  }

  /**
   * Makes images, the same ones for the same seed, and for a longer list the same first ones; with
   * a run's own seed, those of its sample grids.
   *
   * @return N x C x H x W in (-1, 1), PyTorch's order
   * @throws UserException if they are more than one array can hold
   */
  public float[] images(int count, long seed) {
    int sample = model.imageShape(1).size();
    if ((long) count * Math.max(sample, model.latent()) > Integer.MAX_VALUE - 8) {
      throw new UserException(
          "%,d images are too many at once; make fewer, several times, each with its own seed"
              .formatted(count));
    }
    float[] z = new Latents(seed, model.latent()).fixed(count);
    float[] images = new float[count * sample];
    for (int from = 0; from < count; from += CHUNK) {
      int size = Math.min(CHUNK, count - from);
      float[] chunk = new float[size * model.latent()];
      System.arraycopy(z, from * model.latent(), chunk, 0, chunk.length);
      float[] made = GanTrainer.generate(network, model, chunk);
      System.arraycopy(made, 0, images, from * sample, made.length);
    }
    return images;
  }

  @Override
  public void close() {
    network.close();
  }
}
