package lanewise.train;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lanewise.UserException;
import lanewise.io.AtomicFiles;
import lanewise.io.Safetensors;
import lanewise.io.TensorEntry;
import lanewise.model.Gan;
import lanewise.nn.Network;

/**
 * All that a training needs to go on bit for bit: both networks, both optimisers and the step.
 * Randomness is a function of seed and step, so there is no generator to store.
 */
final class Checkpoint {
  /** Metadata of a network's file: which of the two, its architecture, the spec as JSON. */
  static final String NETWORK = "lanewise.network";

  static final String ARCHITECTURE = "lanewise.architecture";

  static final String SPEC = "lanewise.spec";

  private static final String GENERATOR = "generator.safetensors";
  private static final String DISCRIMINATOR = "discriminator.safetensors";
  private static final String AVERAGE = "average.safetensors";
  private static final String OPTIMIZER = "optimizer.safetensors";
  private static final String PROGRESS = "progress.json";
  private static final String OPTIONS = "options.json";

  private Checkpoint() {}

  /**
   * Where a training stands; {@code progress.json}.
   *
   * @param dataSize samples of the data: the default data is larger on some machines
   */
  record Progress(long step, int dataSize) {}

  /** Replaces the checkpoint at once: a crash leaves the old or the new one. */
  static void save(Path folder, GanTrainer trainer, TrainOptions options, int dataSize) {
    AtomicFiles.replaceDirectory(
        folder,
        temporary -> {
          Gan model = trainer.model();
          writeNetwork(temporary.resolve(GENERATOR), trainer.generator(), model);
          writeNetwork(temporary.resolve(DISCRIMINATOR), trainer.discriminator(), model);
          if (trainer.average() != null) {
            writeNetwork(temporary.resolve(AVERAGE), trainer.average(), model);
          }
          Safetensors.write(temporary.resolve(OPTIMIZER), trainer.optimizerState(), Map.of());
          options.write(temporary.resolve(OPTIONS), Map.of());
          Files.writeString(
              temporary.resolve(PROGRESS),
              JSON.std.asString(new Progress(trainer.steps(), dataSize)));
        });
  }

  /**
   * Brings a trainer to where the checkpoint was made.
   *
   * @return whether there was one
   * @throws UserException if it belongs to a run with other options, or is damaged
   */
  static boolean restore(Path folder, GanTrainer trainer, TrainOptions options, int dataSize) {
    if (!Files.isDirectory(AtomicFiles.recoverDirectory(folder))) {
      return false;
    }
    List<String> differences = TrainOptions.read(folder.resolve(OPTIONS)).differences(options);
    if (!differences.isEmpty()) {
      throw new UserException(
          "%s is a checkpoint of other options (%s); resume with those or start a new run"
              .formatted(folder, String.join("; ", differences)));
    }
    Progress progress = progress(folder);
    if (progress.dataSize() != dataSize) {
      throw new UserException(
          "%s was trained on %,d samples and the data now has %,d; give the same --data"
              .formatted(folder, progress.dataSize(), dataSize));
    }
    readNetwork(folder.resolve(GENERATOR), trainer.generator());
    readNetwork(folder.resolve(DISCRIMINATOR), trainer.discriminator());
    if (trainer.average() != null) {
      readNetwork(folder.resolve(AVERAGE), trainer.average());
    }
    Map<String, float[]> moments = new LinkedHashMap<>();
    readAll(folder.resolve(OPTIMIZER)).forEach(e -> moments.put(e.name(), e.data()));
    trainer.restore(progress.step(), moments);
    return true;
  }

  /** The step of the checkpoint in a folder. */
  static Progress progress(Path folder) {
    Path file = folder.resolve(PROGRESS);
    try {
      return JSON.std.beanFrom(Progress.class, Files.readString(file));
    } catch (IOException e) {
      throw new UserException("%s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** Writes the weights, with what their names and dimensions cannot tell as metadata. */
  static void writeNetwork(Path file, Network network, Gan model) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", "pt");
    metadata.putAll(metadata(network.name(), model));
    Safetensors.write(file, StateDict.of(network), metadata);
  }

  /** What is to be known of a network. */
  static Map<String, String> metadata(String network, Gan model) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(NETWORK, network);
    metadata.put(ARCHITECTURE, model.architecture().toString());
    try {
      metadata.put(SPEC, JSON.std.asString(model.spec()));
    } catch (IOException e) {
      throw new UncheckedIOException("a record of numbers and names is always JSON", e);
    }
    return metadata;
  }

  /** Loads a network's weights from a safetensors file of PyTorch's names. */
  static void readNetwork(Path file, Network network) {
    StateDict.load(network, readAll(file), file.toString());
  }

  private static List<TensorEntry> readAll(Path file) {
    try (Safetensors tensors = Safetensors.open(file)) {
      return readAll(tensors);
    }
  }

  static List<TensorEntry> readAll(Safetensors tensors) {
    List<TensorEntry> entries = new ArrayList<>();
    for (String name : tensors.names()) {
      entries.add(new TensorEntry(name, tensors.shape(name), tensors.floats(name)));
    }
    return entries;
  }
}
