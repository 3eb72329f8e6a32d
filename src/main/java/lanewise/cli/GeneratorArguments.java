package lanewise.cli;

import java.nio.file.Path;
import lanewise.backend.Backend;
import lanewise.io.StateDictFile;
import lanewise.model.Norm;
import lanewise.train.TrainedGenerator;
import picocli.CommandLine.Option;

/** Which trained generator a command is about. */
final class GeneratorArguments {
  @Option(
      names = {"-m", "--model"},
      paramLabel = "RUN|FILE",
      description =
          "A run's folder; or weights, also of PyTorch's DCGAN (safetensors, or PyTorch's .pth).")
  private Path model;

  @Option(
      names = StateDictFile.KEY_OPTION,
      paramLabel = "KEY",
      description =
          "Which weights of a .pth that has several, by their key, or keys joined by dots.")
  private String stateDict;

  @Option(
      names = "--norm",
      paramLabel = "NAME",
      converter = Choice.OfNorm.class,
      completionCandidates = Choice.OfNorm.class,
      description =
          "For files that do not tell, what the generator was trained with:"
              + " ${COMPLETION-CANDIDATES}.")
  private Norm norm;

  /** The run or the file, or null if none was given. */
  Path path() {
    return model;
  }

  TrainedGenerator open(Backend backend) {
    return TrainedGenerator.open(backend, model, stateDict, norm);
  }
}
