package lanewise.train;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
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
import lanewise.nn.Network;

/**
 * All that a training needs to go on bit for bit: its networks, what else it remembers, and the
 * step. Randomness is a function of seed and step, so there is no generator to store.
 */
final class Checkpoint {
  private static final String SUFFIX = ".safetensors";
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
  static void save(Path folder, Task task, TaskOptions options) {
    AtomicFiles.replaceDirectory(
        folder,
        temporary -> {
          task.networks()
              .forEach((name, network) -> writeNetwork(file(temporary, name), network, task));
          task.state()
              .forEach(
                  (name, arrays) -> Safetensors.write(file(temporary, name), arrays, Map.of()));
          new OptionsFile(temporary.resolve(OPTIONS)).write(options, Map.of());
          Files.writeString(
              temporary.resolve(PROGRESS),
              JSON.std.asString(new Progress(task.steps(), task.dataSize())));
        });
  }

  private static Path file(Path folder, String name) {
    return folder.resolve(name + SUFFIX);
  }

  /**
   * Brings a task to where the checkpoint was made.
   *
   * @return whether there was one
   * @throws UserException if it belongs to a run with other options, or is damaged
   */
  static boolean restore(Path folder, Task task, TaskOptions options) {
    if (!Files.isDirectory(AtomicFiles.recoverDirectory(folder))) {
      return false;
    }
    List<String> differences = options.readOther(folder.resolve(OPTIONS)).differences(options);
    if (!differences.isEmpty()) {
      throw new UserException(
          "%s is a checkpoint of other options (%s); resume with those or start a new run"
              .formatted(folder, String.join("; ", differences)));
    }
    Progress progress = progress(folder);
    if (progress.dataSize() != task.dataSize()) {
      throw new UserException(
          "%s was trained on %,d samples and the data now has %,d; give the same --data"
              .formatted(folder, progress.dataSize(), task.dataSize()));
    }
    task.networks().forEach((name, network) -> readNetwork(file(folder, name), network));
    task.restore(progress.step(), name -> arrays(file(folder, name)));
    return true;
  }

  private static Map<String, TensorEntry> arrays(Path file) {
    Map<String, TensorEntry> arrays = new LinkedHashMap<>();
    readAll(file).forEach(entry -> arrays.put(entry.name(), entry));
    return arrays;
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
  static void writeNetwork(Path file, Network network, Task task) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("format", "pt");
    metadata.put(NetworkMetadata.NETWORK, network.name());
    metadata.putAll(task.metadata(network));
    Safetensors.write(file, StateDict.of(network), metadata);
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
