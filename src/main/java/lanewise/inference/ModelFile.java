package lanewise.inference;

import java.nio.file.Path;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.nn.Statistics;
import lanewise.train.TrainedTranslator;

/** The networks from pictures to pictures that users have: their own runs, and files of others. */
public final class ModelFile {
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
    try (TrainedTranslator trained = TrainedTranslator.open(backend, source)) {
      return new PictureModel(
          trained.network(),
          trained.spec(),
          statistics == null ? trained.usualStatistics() : statistics);
    }
  }
}
