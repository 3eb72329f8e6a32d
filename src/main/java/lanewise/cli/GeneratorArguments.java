package lanewise.cli;

import java.nio.file.Path;
import lanewise.backend.Backend;
import lanewise.model.Norm;
import lanewise.train.TrainedGenerator;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which trained generator a command is about. */
final class GeneratorArguments {
  @Option(
      names = {"-m", "--model"},
      paramLabel = "RUN|FILE",
      description =
          "A run's folder; or weights, also of PyTorch's DCGAN (safetensors, or PyTorch's .pth).")
  private Path model;

  @Mixin private StateDictKey stateDict;

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
    return TrainedGenerator.open(backend, model, stateDict.value(), norm);
  }
}
