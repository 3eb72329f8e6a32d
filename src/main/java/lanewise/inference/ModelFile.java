package lanewise.inference;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.io.Safetensors;
import lanewise.io.StateDictFile;
import lanewise.io.TensorEntry;
import lanewise.model.TranslatorSpec;
import lanewise.model.Translators;
import lanewise.model.Translators.Recognised;
import lanewise.nn.Network;
import lanewise.nn.Statistics;
import lanewise.train.NetworkMetadata;
import lanewise.train.RunFolder;
import lanewise.train.StateDict;

/** The networks from pictures to pictures that users have: their own runs, and files of others. */
public final class ModelFile {
  private static final String SAFETENSORS = ".safetensors";

  /** What a training's generators may be called; of CycleGAN's, A makes pictures of B. */
  private static final List<String> GENERATORS = List.of("generator", "generator_A", "generator_B");

  private ModelFile() {}

  /**
   * Opens a network.
   *
   * @param source a run's folder, or a file of weights: safetensors, or PyTorch's {@code .pth}
   * @param statistics that batch norms use; null for what is usual with the architecture
   * @throws UserException if there is none, it is damaged, or it is not a network of a known
   *     architecture; says what did not match
   */
  public static PictureModel open(Backend backend, Path source, Statistics statistics) {
    Path file = Files.isDirectory(source) ? generatorOf(source) : source;
    List<TensorEntry> entries = StateDictFile.read(file);
    try {
      return model(backend, file, entries, statistics);
    } catch (UserException e) {
      throw new UserException("%s cannot be used: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static PictureModel model(
      Backend backend, Path file, List<TensorEntry> entries, Statistics statistics) {
    Map<String, TensorEntry> byName = new LinkedHashMap<>();
    entries.forEach(entry -> byName.put(entry.name(), entry));
    TranslatorSpec spec = told(file);
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
    try (Network network = new Network(backend, spec.network(), spec.kind().toString())) {
      StateDict.load(network, state, "the file");
      return new PictureModel(network, spec, statistics == null ? usual(spec) : statistics);
    }
  }

  /**
   * As the papers have it: pix2pix and CycleGAN normalise each picture by itself, the network of
   * fast style transfer with batch norm by running averages.
   */
  private static Statistics usual(TranslatorSpec spec) {
    return spec.kind() == TranslatorSpec.Kind.STYLE ? Statistics.RUNNING : Statistics.INPUT;
  }

  /** What a file of ours says that it is; null if it says nothing. */
  private static TranslatorSpec told(Path file) {
    if (!file.toString().endsWith(SAFETENSORS)) {
      return null;
    }
    try (Safetensors tensors = Safetensors.open(file)) {
      String architecture = tensors.metadata().get(NetworkMetadata.ARCHITECTURE);
      String spec = tensors.metadata().get(NetworkMetadata.SPEC);
      boolean known = false;
      for (TranslatorSpec.Kind kind : TranslatorSpec.Kind.values()) {
        known |= kind.toString().equals(architecture);
      }
      if (architecture == null || spec == null) {
        return null;
      }
      if (!known) {
        throw new UserException(
            "it holds a network of the architecture %s, which makes no pictures of pictures"
                .formatted(architecture));
      }
      return JSON.std.beanFrom(TranslatorSpec.class, spec);
    } catch (IOException e) {
      throw new UserException("what it says of its network is not readable", e);
    }
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
}
