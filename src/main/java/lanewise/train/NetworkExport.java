package lanewise.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.io.AtomicFiles;
import lanewise.io.Safetensors;
import lanewise.io.TensorEntry;
import lanewise.model.Norm;
import lanewise.nn.Network;
import lanewise.nn.Statistics;
import lanewise.onnx.OnnxExporter;
import lanewise.onnx.OnnxModel;
import lanewise.onnx.Signature;

/**
 * A trained network on its way to other programs.
 *
 * @param statistics that batch norms use there: running ones, or those of each sample by itself
 * @param metadata what is to be known of it, as free text by name
 */
public record NetworkExport(
    Network network, Signature signature, Statistics statistics, Map<String, String> metadata)
    implements AutoCloseable {

  /**
   * Opens a generator of any kind.
   *
   * @param source a run's folder, or a file of weights
   * @param key which of a file's state dicts; null for the only one
   * @param norm of a generator from latents, where its file does not tell; otherwise null
   * @param statistics of a network from images to images; null for what is usual with it
   * @throws UserException if it is missing, damaged, or of no architecture that is known
   */
  public static NetworkExport open(
      Backend backend, Path source, String key, Norm norm, Statistics statistics) {
    if (TrainedTranslator.isOne(source, key)) {
      if (norm != null) {
        throw new UserException(
            "%s is a network from images to images, whose norm its weights tell; leave out --norm"
                .formatted(source));
      }
      return TrainedTranslator.open(backend, source, key).export(statistics);
    }
    if (statistics == Statistics.INPUT) {
      throw new UserException(
          "%s is a generator from latents, which is exported with running statistics; leave out"
                  .formatted(source)
              + " --statistics");
    }
    return TrainedGenerator.open(backend, source, key, norm).export();
  }

  /**
   * Writes the network as an ONNX model, reads that and runs both on the same random samples.
   *
   * @param opset version of ONNX's operations
   * @return what the runs gave
   * @throws UserException if the network has no form in ONNX or the file cannot be written; an old
   *     file is then unchanged
   * @throws IllegalStateException if the model computes something else; likewise
   */
  public OnnxCheck writeOnnx(Path file, int opset) {
    byte[] model = OnnxExporter.encode(network, signature, statistics, metadata, opset);
    AtomicReference<OnnxCheck> check = new AtomicReference<>();
    AtomicFiles.replaceFile(
        file,
        temporary -> {
          Files.write(temporary, model);
          check.set(OnnxCheck.run(this, OnnxModel.read(temporary)).requireSame());
        });
    return check.get();
  }

  /**
   * Writes the weights by PyTorch's names and in its layouts, and reads them back.
   *
   * @return how many tensors those are
   * @throws UserException if the file cannot be written, or does not hold what was written; an old
   *     file is then unchanged
   */
  public int writeSafetensors(Path file) {
    List<TensorEntry> entries = StateDict.of(network);
    Map<String, String> header = new LinkedHashMap<>(Map.of("format", "pt"));
    header.putAll(metadata);
    AtomicFiles.replaceFile(
        file,
        temporary -> {
          Safetensors.write(temporary, entries, header);
          requireEqual(temporary, entries);
        });
    return entries.size();
  }

  private static void requireEqual(Path file, List<TensorEntry> entries) throws IOException {
    try (Safetensors written = Safetensors.open(file)) {
      List<String> names = new ArrayList<>(written.names());
      boolean equal = names.equals(entries.stream().map(TensorEntry::name).toList());
      for (TensorEntry entry : entries) {
        equal =
            equal
                && Arrays.equals(entry.shape(), written.shape(entry.name()))
                && Arrays.equals(entry.data(), written.floats(entry.name()));
      }
      if (!equal) {
        throw new IOException("what was read back is not what was written");
      }
    }
  }

  @Override
  public void close() {
    network.close();
  }
}
