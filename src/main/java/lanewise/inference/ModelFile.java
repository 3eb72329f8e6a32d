package lanewise.inference;

import java.nio.file.Files;
import java.nio.file.Path;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.io.StateDictFile;
import lanewise.model.ValueRange;
import lanewise.nn.Statistics;
import lanewise.onnx.OnnxModel;
import lanewise.train.TrainedTranslator;

/** The networks from pictures to pictures that users have: their own runs, and files of others. */
public final class ModelFile {
  private static final String ONNX = ".onnx";

  private ModelFile() {}

  /**
   * Opens a network.
   *
   * @param source a run's folder, a file of weights (safetensors, or PyTorch's {@code .pth}), or an
   *     ONNX model, which has the name {@code .onnx}
   * @param key which of a file's state dicts; null for the only one
   * @param statistics that batch norms use; null for what is usual with the architecture
   * @param values of an ONNX model's images; of others they are known
   * @throws UserException if there is none, it is damaged, or it is not a network of a known
   *     architecture; says what did not match
   */
  public static PictureModel open(
      Backend backend, Path source, String key, Statistics statistics, ValueRange values) {
    if (source.toString().endsWith(ONNX) && !Files.isDirectory(source)) {
      if (key != null) {
        throw new UserException(
            "%s is an ONNX model, which has no state dicts: leave out %s"
                .formatted(source, StateDictFile.KEY_OPTION));
      }
      return onnx(backend, source, statistics, values == null ? ValueRange.BYTES : values);
    }
    if (values != null) {
      throw new UserException(
          "the values of %s are known by its architecture: leave out --range".formatted(source));
    }
    try (TrainedTranslator trained = TrainedTranslator.open(backend, source, key)) {
      Statistics used = statistics == null ? trained.usualStatistics() : statistics;
      return new PictureModel(trained.network(), trained.spec(), used);
    }
  }

  private static PictureModel onnx(
      Backend backend, Path file, Statistics statistics, ValueRange values) {
    if (statistics != null) {
      throw new UserException(
          "%s says itself what its norms use: leave out --statistics".formatted(file));
    }
    return new PictureModel(backend, OnnxModel.read(file), values);
  }
}
