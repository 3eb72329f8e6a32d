package lanewise.train;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.evaluate.Samples;
import lanewise.io.StateDictFile;
import lanewise.io.TensorEntry;
import lanewise.model.Architecture;
import lanewise.model.Dcgan;
import lanewise.model.Gan;
import lanewise.model.GanSpec;
import lanewise.model.Norm;
import lanewise.nn.Network;
import lanewise.nn.Statistics;
import lanewise.onnx.Signature;

/** A generator from a run or from a file of weights by PyTorch's names, ready to make images. */
public final class TrainedGenerator implements AutoCloseable {
  /** Images computed at a time: bounds the memory, never changes a result. */
  private static final int CHUNK = 64;

  /** By which PyTorch's DCGAN is known. */
  static final String FIRST_NAME = "main.0.weight";

  /** In place of a class: all of them in turn. */
  public static final int EVERY_CLASS = -1;

  private static final String OF_PICTURES =
      "it makes pictures of pictures, which is for 'lanewise translate' and 'lanewise stylize'";

  private final Gan model;
  private final Network network;

  private TrainedGenerator(Gan model, Network network) {
    this.model = model;
    this.network = network;
  }

  /**
   * Opens a generator; its size, widths and channels are read from its weights.
   *
   * @param source a run's folder, or a file of weights: safetensors, or PyTorch's {@code .pth}
   * @param key which of a file's state dicts; null for the only one
   * @param norm needed only where the file does not tell, otherwise null: files that {@code train}
   *     wrote do, and batch norm is known by its running averages
   * @throws UserException if it is missing, damaged, or not a DCGAN generator
   */
  public static TrainedGenerator open(Backend backend, Path source, String key, Norm norm) {
    Path file = Files.isDirectory(source) ? generatorOf(source) : source;
    StateDictFile.Content content = StateDictFile.readAll(file, key);
    Gan model = architecture(content, file, norm);
    Network network = new Network(backend, model.generator(), "generator");
    try {
      StateDict.load(network, content.tensors(), file.toString());
    } catch (RuntimeException e) {
      network.close();
      throw e;
    }
    return new TrainedGenerator(model, network);
  }

  /** A generator that is there already; closing the result closes its network. */
  static TrainedGenerator of(Gan model, Network network) {
    return new TrainedGenerator(model, network);
  }

  private static Path generatorOf(Path run) {
    RunFolder folder = new RunFolder(run);
    if (Files.exists(folder.generator())) {
      return folder.generator();
    }
    if (!Files.exists(folder.options())) {
      throw new UserException(
          "%s is not a run: it has no generator.safetensors; give a folder that train left"
                  .formatted(run)
              + " behind, or a file");
    }
    if (!new OptionsFile(folder.options()).task().equals(TrainOptions.TASK)) {
      throw cannotBeUsed(run, new UserException(OF_PICTURES));
    }
    throw new UserException(
        "%s has no generator.safetensors yet; it comes with the first checkpoint".formatted(run));
  }

  private static Gan architecture(StateDictFile.Content content, Path file, Norm given) {
    String architecture = content.metadata().get(NetworkMetadata.ARCHITECTURE);
    String spec = content.metadata().get(NetworkMetadata.SPEC);
    try {
      if ("discriminator".equals(content.metadata().get(NetworkMetadata.NETWORK))) {
        throw new UserException("it holds a discriminator, not a generator");
      }
      if (architecture == null || spec == null) {
        return foreign(content.tensors(), given);
      }
      if (TrainedTranslator.isTranslator(architecture, spec)) {
        throw new UserException(OF_PICTURES);
      }
      Gan model = Architecture.named(architecture).of(JSON.std.beanFrom(GanSpec.class, spec));
      Norm norm = model.spec().normG();
      if (given != null && given != norm) {
        throw new UserException("it was trained with --norm-g %s, not %s".formatted(norm, given));
      }
      return model;
    } catch (UserException | IOException e) {
      throw cannotBeUsed(file, e);
    }
  }

  private static UserException cannotBeUsed(Path source, Exception reason) {
    return new UserException(
        "%s cannot be used: %s".formatted(source, reason.getMessage()), reason);
  }

  /** Of a file that was written elsewhere: only PyTorch's DCGAN example is known by its names. */
  private static Gan foreign(List<TensorEntry> tensors, Norm given) {
    Map<String, long[]> dimensions = new LinkedHashMap<>();
    tensors.forEach(tensor -> dimensions.put(tensor.name(), tensor.shape()));
    if (!dimensions.containsKey(FIRST_NAME)) {
      throw new UserException(
          "it has no tensor %s, so it is no DCGAN generator; networks from pictures to pictures are"
                  .formatted(FIRST_NAME)
              + " for stylize and translate");
    }
    boolean batch = dimensions.containsKey("main.1.running_mean");
    if (given == null && !batch) {
      throw new UserException("it does not say which norm it was trained with; give --norm");
    }
    if (given != null && batch && given != Norm.BATCH) {
      throw new UserException("it was trained with --norm batch, not " + given);
    }
    return Dcgan.ofGenerator(dimensions, batch ? Norm.BATCH : given);
  }

  /** The generator for other programs; closing either closes both. */
  public NetworkExport export() {
    String output = spec().imageSize() == 1 ? "point" : "image";
    Map<String, String> metadata =
        NetworkMetadata.of(model.architecture().toString(), model.spec());
    metadata.put(NetworkMetadata.NETWORK, network.name());
    return new NetworkExport(
        network,
        Signature.ofGenerator(spec().latent(), spec().classes(), output),
        Statistics.RUNNING,
        metadata);
  }

  /** What it makes, from what; the discriminator's part is not known. */
  public GanSpec spec() {
    return model.spec();
  }

  /**
   * Makes images, the same ones for the same seed, and for a longer list the same first ones; with
   * a run's own seed, those of its sample grids.
   *
   * @return N x C x H x W in (-1, 1), PyTorch's order
   * @throws UserException if they are more than one array can hold
   */
  public float[] images(int count, long seed) {
    return images(count, seed, Statistics.RUNNING, EVERY_CLASS);
  }

  /**
   * {@link #images(int, long)}, normalised in one way and of one class.
   *
   * @param statistics that batch norm uses: of {@value #CHUNK} images at a time, unless running
   *     ones
   * @param label the class of all, or {@link #EVERY_CLASS} for each in turn
   */
  public float[] images(int count, long seed, Statistics statistics, int label) {
    if (label != EVERY_CLASS && (label < 0 || label >= spec().classes())) {
      throw new UserException(
          spec().classes() == 0
              ? "the generator was told no classes, so it cannot make one of them: leave out"
                  + " --class"
              : "--class must be from 0 to %d, not %d".formatted(spec().classes() - 1, label));
    }
    int sample = model.imageShape(1).size();
    if ((long) count * Math.max(sample, spec().latent()) > Integer.MAX_VALUE - 8) {
      throw new UserException(
          "%,d images are too many at once; make fewer, several times, each with its own seed"
              .formatted(count));
    }
    float[] images = new float[count * sample];
    new Generated(count, CHUNK, statistics, seed, label).read(0, count, images);
    return images;
  }

  /**
   * The images of latents, in one batch.
   *
   * @param classes the class that each is to be of; of no matter where the generator is told none
   */
  float[] images(float[] z, int[] classes) {
    return sampler().images(z, classes, Statistics.RUNNING);
  }

  /**
   * Images to be measured, with running statistics where the network keeps them.
   *
   * @param seed gives the same images as {@link #images}
   */
  public Samples samples(int count, long seed) {
    return new Generated(count, CHUNK, Statistics.RUNNING, seed, EVERY_CLASS);
  }

  /**
   * Images as training makes them: in batches that are normalised by their own statistics. The
   * running averages stay as they are.
   *
   * @param batches how many
   * @param batch images that share statistics
   */
  public Samples trainingBatches(int batches, int batch, long seed) {
    return new Generated(batches * batch, batch, Statistics.INPUT, seed, EVERY_CLASS);
  }

  /** The images of a batch of latents, as {@link #trainingBatches} makes them. */
  public float[] trainingBatch(float[] z) {
    return sampler().images(z, 0, Statistics.INPUT);
  }

  private Sampler sampler() {
    return new Sampler(network, spec());
  }

  /** Images that are made when they are read, batch by batch. */
  private final class Generated implements Samples {
    private final float[] z;
    private final int batch;
    private final Statistics statistics;
    private final int label;
    private float[] made = new float[0];
    private int madeFrom;

    Generated(int count, int batch, Statistics statistics, long seed, int label) {
      z = new Latents(seed, spec().latent()).fixed(count);
      this.batch = batch;
      this.statistics = statistics;
      this.label = label;
    }

    @Override
    public int size() {
      return z.length / spec().latent();
    }

    @Override
    public int channels() {
      return model.imageShape(1).c();
    }

    @Override
    public int height() {
      return model.imageShape(1).h();
    }

    @Override
    public int width() {
      return model.imageShape(1).w();
    }

    @Override
    public void read(int first, int count, float[] target) {
      int size = sampleSize();
      for (int i = first; i < first + count; ) {
        make(i / batch * batch);
        int end = Math.min(madeFrom + made.length / size, first + count);
        System.arraycopy(made, (i - madeFrom) * size, target, (i - first) * size, (end - i) * size);
        i = end;
      }
    }

    /** The batch that begins with a sample. */
    private void make(int from) {
      if (made.length == 0 || madeFrom != from) {
        int end = Math.min(from + batch, size());
        float[] latents = Arrays.copyOfRange(z, from * spec().latent(), end * spec().latent());
        if (label == EVERY_CLASS) {
          made = sampler().images(latents, from, statistics);
        } else {
          int[] labels = new int[end - from];
          Arrays.fill(labels, label);
          made = sampler().images(latents, labels, statistics);
        }
        madeFrom = from;
      }
    }
  }

  @Override
  public void close() {
    network.close();
  }
}
