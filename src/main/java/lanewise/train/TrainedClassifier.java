package lanewise.train;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import lanewise.UserException;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Scope;
import lanewise.backend.Tensor;
import lanewise.data.Dataset;
import lanewise.evaluate.Classifier;
import lanewise.evaluate.Samples;
import lanewise.io.Safetensors;
import lanewise.io.TensorEntry;
import lanewise.metrics.Features;
import lanewise.model.ImageClassifier;
import lanewise.nn.Network;
import lanewise.nn.Pass;
import lanewise.nn.Statistics;

/** A classifier on a backend, just trained or from its file. */
public final class TrainedClassifier implements Classifier, AutoCloseable {
  private static final String ARCHITECTURE = "classifier";
  private static final String IMAGE_SIZE = "lanewise.image_size";
  private static final String DATA = "lanewise.data";
  private static final String ACCURACY = "lanewise.accuracy";
  private static final String TESTED = "lanewise.tested";

  /** The data whose images the shipped classifier reads, at its side and channels. */
  private static final Set<String> SHIPPED_DATA =
      Set.of("fashion-mnist", "fashion-mnist-10k", "stacked-fashion-mnist");

  private static final String SHIPPED = "fashion-mnist-32.safetensors";
  private static final int CHUNK = 250;

  private final ImageClassifier model;
  private final ImageClassifier.Layers layers;
  private final Network network;
  private final Origin origin;

  /**
   * Where a classifier comes from.
   *
   * @param data what it was trained on
   * @param accuracy share of test images whose class it finds; NaN before a test
   * @param tested how many those were
   */
  public record Origin(String data, double accuracy, int tested) {}

  TrainedClassifier(
      ImageClassifier model, ImageClassifier.Layers layers, Network network, Origin origin) {
    this.model = model;
    this.layers = layers;
    this.network = network;
    this.origin = origin;
  }

  /**
   * Opens the classifier that comes with Lanewise, if it can read a data set.
   *
   * @param data a name or path, as for {@link lanewise.data.Datasets#open}
   * @param imageSize pixels of a side
   * @return for images of one channel; null if there is none
   */
  public static TrainedClassifier shipped(Backend backend, String data, int imageSize) {
    if (!SHIPPED_DATA.contains(data) || imageSize != 32) {
      return null;
    }
    try (InputStream in = TrainedClassifier.class.getResourceAsStream(SHIPPED)) {
      Path file = Files.createTempFile("lanewise", ".safetensors");
      try {
        Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        return open(backend, file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Opens a classifier.
   *
   * @throws UserException if the file is missing, damaged, or not a classifier's
   */
  public static TrainedClassifier open(Backend backend, Path file) {
    try (Safetensors tensors = Safetensors.open(file)) {
      Map<String, String> metadata = tensors.metadata();
      if (!ARCHITECTURE.equals(metadata.get(NetworkMetadata.ARCHITECTURE))) {
        throw new UserException(
            file + " is not a classifier: give a file that 'lanewise classifier' wrote");
      }
      ImageClassifier model = architecture(tensors, file);
      ImageClassifier.Layers layers = model.layers();
      List<TensorEntry> entries = Checkpoint.readAll(tensors);
      Network network = new Network(backend, layers, ARCHITECTURE);
      try {
        StateDict.load(network, entries, file.toString());
      } catch (RuntimeException e) {
        network.close();
        throw e;
      }
      Origin origin =
          new Origin(
              metadata.getOrDefault(DATA, "unknown data"),
              Double.parseDouble(metadata.getOrDefault(ACCURACY, "NaN")),
              Integer.parseInt(metadata.getOrDefault(TESTED, "0")));
      return new TrainedClassifier(model, layers, network, origin);
    } catch (NumberFormatException e) {
      throw new UserException(
          "%s does not say what it reads (%s): train it anew".formatted(file, e.getMessage()), e);
    }
  }

  private static ImageClassifier architecture(Safetensors tensors, Path file) {
    long[] first = tensors.shape("features.0.weight");
    long[] last = tensors.shape("classifier.weight");
    if (first.length != 4 || last.length != 2) {
      throw new UserException(file + " has weights that are not a classifier's: train it anew");
    }
    return new ImageClassifier(
        Integer.parseInt(tensors.metadata().getOrDefault(IMAGE_SIZE, "no image size")),
        Math.toIntExact(first[1]),
        Math.toIntExact(last[0]));
  }

  /** Writes the weights by PyTorch's names, with their {@link #origin}; replaces the file. */
  public void write(Path file) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", "pt");
    metadata.put(NetworkMetadata.ARCHITECTURE, ARCHITECTURE);
    metadata.put(IMAGE_SIZE, Integer.toString(model.imageSize()));
    metadata.put(DATA, origin.data());
    metadata.put(ACCURACY, Double.toString(origin.accuracy()));
    metadata.put(TESTED, Integer.toString(origin.tested()));
    Safetensors.write(file, StateDict.of(network), metadata);
  }

  /**
   * Measures the accuracy on data that it was not trained on.
   *
   * @return this classifier with its accuracy; the same network, so only one of both is closed
   * @throws UserException if the data has other classes or another shape
   */
  public TrainedClassifier tested(Dataset test) {
    if (test.classes() > model.classes()
        || test.classes() == 0
        || test.channels() != model.channels()
        || test.height() != model.imageSize()
        || test.width() != model.imageSize()) {
      throw new UserException(
          "%s cannot test a classifier of %d classes for %d x %d pixels: give data of one kind"
              .formatted(test.name(), model.classes(), model.imageSize(), model.imageSize()));
    }
    int right = 0;
    Samples samples = Samples.of(test);
    for (int first = 0; first < test.size(); first += CHUNK) {
      int count = Math.min(CHUNK, test.size() - first);
      float[] images = new float[count * samples.sampleSize()];
      samples.read(first, count, images);
      int[] classes = read(images, count).classes();
      for (int i = 0; i < count; i++) {
        right += classes[i] == test.label(first + i) ? 1 : 0;
      }
    }
    Origin known = new Origin(origin.data(), right / (double) test.size(), test.size());
    return new TrainedClassifier(model, layers, network, known);
  }

  @Override
  public Reading read(float[] images, int count) {
    Backend backend = network.backend();
    float[] features = new float[count * ImageClassifier.FEATURES];
    float[] logits = new float[count * model.classes()];
    try (Scope _ = backend.scope()) {
      Tensor input = backend.allocateActivation(model.imageShape(count));
      backend.upload(images, input);
      Variable hidden =
          layers.features(Variable.constant(backend, input), Pass.of(Statistics.RUNNING));
      backend.read(hidden.tensor(), features);
      backend.read(layers.logits(hidden).tensor(), logits);
    }
    int[] classes = new int[count];
    for (int i = 0; i < count; i++) {
      classes[i] = largest(logits, i * model.classes(), model.classes());
    }
    return new Reading(new Features(features, ImageClassifier.FEATURES), classes);
  }

  private static int largest(float[] values, int from, int count) {
    int largest = 0;
    for (int i = 1; i < count; i++) {
      if (values[from + i] > values[from + largest]) {
        largest = i;
      }
    }
    return largest;
  }

  @Override
  public int channels() {
    return model.channels();
  }

  @Override
  public int imageSize() {
    return model.imageSize();
  }

  @Override
  public int classes() {
    return model.classes();
  }

  public Origin origin() {
    return origin;
  }

  /** How many numbers were trained. */
  public int parameterCount() {
    return network.parameterCount();
  }

  @Override
  public String description() {
    String accuracy =
        Double.isNaN(origin.accuracy())
            ? "not tested"
            : String.format(
                Locale.ROOT,
                "%.2f %% right on %,d test images",
                100 * origin.accuracy(),
                origin.tested());
    return "a classifier of %s (%s)".formatted(origin.data(), accuracy);
  }

  @Override
  public void close() {
    network.close();
  }
}
