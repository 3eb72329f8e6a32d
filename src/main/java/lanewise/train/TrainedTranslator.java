package lanewise.train;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.io.StateDictFile;
import lanewise.io.TensorEntry;
import lanewise.model.TranslatorSpec;
import lanewise.model.Translators;
import lanewise.model.Translators.Recognised;
import lanewise.nn.Network;
import lanewise.nn.Statistics;
import lanewise.onnx.Signature;

/** A network from images to images, from a run or from a file of weights. */
public final class TrainedTranslator implements AutoCloseable {
  /** What a training's generators may be called; of CycleGAN's, A makes pictures of B. */
  private static final List<String> GENERATORS = List.of("generator", "generator_A", "generator_B");

  /** Pixels of a side at which its export is tried, unless it needs more. */
  private static final int EXAMPLE = 64;

  private final TranslatorSpec spec;
  private final Network network;

  private TrainedTranslator(TranslatorSpec spec, Network network) {
    this.spec = spec;
    this.network = network;
  }

  /**
   * Opens a network.
   *
   * @param source a run's folder, or a file of weights: safetensors, or PyTorch's {@code .pth}
   * @param key which of a file's state dicts; null for the only one
   * @throws UserException if there is none, it is damaged, or it is not a network of a known
   *     architecture; says what did not match
   */
  public static TrainedTranslator open(Backend backend, Path source, String key) {
    Path file = Files.isDirectory(source) ? generatorOf(source) : source;
    StateDictFile.Content content = StateDictFile.readAll(file, key);
    try {
      return of(backend, told(content.metadata()), content.tensors());
    } catch (UserException e) {
      throw new UserException("%s cannot be used: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static TrainedTranslator of(
      Backend backend, TranslatorSpec told, List<TensorEntry> entries) {
    Map<String, TensorEntry> byName = new LinkedHashMap<>();
    entries.forEach(entry -> byName.put(entry.name(), entry));
    TranslatorSpec spec = told;
    SequencedMap<String, String> names = new LinkedHashMap<>();
    if (spec == null) {
      SequencedMap<String, long[]> dimensions = new LinkedHashMap<>();
      entries.forEach(entry -> dimensions.put(entry.name(), entry.shape()));
      Recognised recognised = Translators.recognise(dimensions);
      spec = recognised.spec();
      names.putAll(recognised.names());
    } else {
      byName.keySet().forEach(name -> names.put(name, name));
    }
    List<TensorEntry> state = new ArrayList<>();
    names.forEach(
        (name, given) ->
            state.add(new TensorEntry(name, byName.get(given).shape(), byName.get(given).data())));
    Network network = new Network(backend, spec.network(), "generator");
    try {
      StateDict.load(network, state, "the file");
    } catch (RuntimeException e) {
      network.close();
      throw e;
    }
    return new TrainedTranslator(spec, network);
  }

  /**
   * Whether that is a network from images to images, as far as can be told by its names.
   *
   * @param source as for {@link #open}
   * @param key likewise
   * @throws UserException if it cannot be read
   */
  static boolean isOne(Path source, String key) {
    if (Files.isDirectory(source)) {
      return GENERATORS.stream()
          .map(new RunFolder(source)::weights)
          .filter(Files::exists)
          .findFirst()
          .map(file -> isOne(file, key))
          .orElse(false);
    }
    StateDictFile.Content content = StateDictFile.readAll(source, key);
    String architecture = content.metadata().get(NetworkMetadata.ARCHITECTURE);
    String spec = content.metadata().get(NetworkMetadata.SPEC);
    try {
      return architecture == null || spec == null
          ? content.tensors().stream().noneMatch(t -> t.name().equals(TrainedGenerator.FIRST_NAME))
          : isTranslator(architecture, spec);
    } catch (IOException e) {
      throw new UserException("%s: what it says of its network is not readable".formatted(source));
    }
  }

  /** What a file of ours says that it is; null if it says nothing. */
  private static TranslatorSpec told(Map<String, String> metadata) {
    String architecture = metadata.get(NetworkMetadata.ARCHITECTURE);
    String spec = metadata.get(NetworkMetadata.SPEC);
    if (architecture == null || spec == null) {
      return null;
    }
    try {
      if (!isTranslator(architecture, spec)) {
        throw new UserException(
            ("generator".equals(metadata.get(NetworkMetadata.NETWORK))
                    ? "it holds a generator from latents (%s): use 'lanewise generate'"
                    : "it holds a network of the architecture %s, which makes no pictures of"
                        + " pictures")
                .formatted(architecture));
      }
      return JSON.std.beanFrom(TranslatorSpec.class, spec);
    } catch (IOException e) {
      throw new UserException("what it says of its network is not readable", e);
    }
  }

  /** There is also a GAN of the architecture {@code resnet}, whose spec has no kind. */
  static boolean isTranslator(String architecture, String spec) throws IOException {
    return Arrays.stream(TranslatorSpec.Kind.values())
            .anyMatch(kind -> kind.toString().equals(architecture))
        && JSON.std.mapFrom(spec).containsKey("kind");
  }

  private static Path generatorOf(Path folder) {
    RunFolder run = new RunFolder(folder);
    for (String name : GENERATORS) {
      if (Files.exists(run.weights(name))) {
        return run.weights(name);
      }
    }
    throw new UserException(
        Files.exists(run.options())
            ? "%s has no generator.safetensors yet; it comes with the first checkpoint"
                .formatted(folder)
            : ("%s is not a run: it has no generator.safetensors; give a folder that train left"
                    + " behind, or a file")
                .formatted(folder));
  }

  public TranslatorSpec spec() {
    return spec;
  }

  public Network network() {
    return network;
  }

  /**
   * Those that batch norm is used with, as the papers have it: pix2pix and CycleGAN normalise each
   * image by itself, the network of fast style transfer by running averages.
   */
  public Statistics usualStatistics() {
    return spec.kind() == TranslatorSpec.Kind.STYLE ? Statistics.RUNNING : Statistics.INPUT;
  }

  /**
   * The network for other programs; closing either closes both.
   *
   * @param statistics that batch norms use; null for the {@link #usualStatistics}
   */
  public NetworkExport export(Statistics statistics) {
    int side = Math.max(EXAMPLE, spec.multiple());
    Map<String, String> metadata = NetworkMetadata.of(spec.kind().toString(), spec);
    metadata.put(NetworkMetadata.NETWORK, network.name());
    return new NetworkExport(
        network,
        Signature.ofImages(
            Shape.of(1, spec.inputChannels(), side, side),
            spec.values().black(),
            spec.values().white()),
        statistics == null ? usualStatistics() : statistics,
        metadata);
  }

  @Override
  public void close() {
    network.close();
  }
}
