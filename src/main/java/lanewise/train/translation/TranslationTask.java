package lanewise.train.translation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import lanewise.UserException;
import lanewise.backend.Backend;
import lanewise.backend.Shape;
import lanewise.data.PicturePairs;
import lanewise.data.Planes;
import lanewise.diagnosis.Diagnosis;
import lanewise.io.Images;
import lanewise.io.TensorEntry;
import lanewise.nn.Network;
import lanewise.train.RunOptions;
import lanewise.train.Task;

/** Networks that learn from pairs of pictures, and tables of what they make of some. */
final class TranslationTask implements Task {
  /** Pairs in a table, spread over those that there are. */
  private static final int ROWS = 4;

  private final PicturePairs pairs;
  private final TranslationOptions options;
  private final PairBatches batches;
  private final TranslationTrainer trainer;
  private final ReadAhead<PairBatch> next;
  private final Diagnosis diagnosis;

  /** Builds networks. */
  @FunctionalInterface
  interface TrainerFactory {
    TranslationTrainer build(Backend backend, long totalSteps);
  }

  private TranslationTask(
      PicturePairs pairs,
      TranslationOptions options,
      PairBatches batches,
      long total,
      TranslationTrainer trainer) {
    this.pairs = pairs;
    this.options = options;
    this.batches = batches;
    this.trainer = trainer;
    next = new ReadAhead<>(batches::read, total);
    diagnosis = options.newDiagnosis();
  }

  /** See {@link lanewise.train.TaskOptions#prepare}. */
  static Function<Backend, Task> prepare(
      PicturePairs pairs, TranslationOptions options, TrainerFactory factory) {
    RunOptions run = options.run();
    PairBatches batches = new PairBatches(pairs, options.rates().batchSize(), run.seed());
    long total = run.totalSteps(batches.stepsPerEpoch());
    return backend -> {
      TranslationTrainer trainer = factory.build(backend, total);
      try {
        requireFits(trainer, pairs, options);
      } catch (RuntimeException e) {
        trainer.close();
        throw e;
      }
      return new TranslationTask(pairs, options, batches, total, trainer);
    };
  }

  private static void requireFits(
      TranslationTrainer trainer, PicturePairs pairs, TranslationOptions options) {
    int batch = options.rates().batchSize();
    PictureOptions pictures = options.pictures();
    pairs
        .sizes()
        .forEach(
            (size, file) -> {
              try {
                trainer.requireFits(
                    Shape.of(batch, pictures.inputNc(), size.height(), size.width()),
                    Shape.of(batch, pictures.outputNc(), size.height(), size.width()));
              } catch (UserException e) {
                throw new UserException(
                    "%s cannot be trained on: %s; remove or enlarge it, or give another"
                            .formatted(file, e.getMessage())
                        + " --preprocess or --crop-size",
                    e);
              }
            });
  }

  @Override
  public Description description() {
    PictureOptions pictures = options.pictures();
    NetworkOptions networks = options.networks();
    int side = pictures.cropSize();
    return new Description(
        pairs.name(),
        "%d x %d x %d, %s".formatted(pictures.inputNc(), side, side, pictures.preprocess()),
        "%s and %s, --norm %s".formatted(networks.netG(), networks.netD(), networks.norm()),
        trainer.parts(Shape.of(options.rates().batchSize(), pictures.inputNc(), side, side)));
  }

  @Override
  public long steps() {
    return trainer.steps();
  }

  @Override
  public int dataSize() {
    return pairs.size();
  }

  @Override
  public int samplesPerStep() {
    return options.rates().batchSize();
  }

  @Override
  public long stepsPerEpoch() {
    return batches.stepsPerEpoch();
  }

  @Override
  public Map<String, Float> step() {
    return trainer.step(next.get(trainer.steps()));
  }

  @Override
  public Diagnosis diagnosis() {
    return diagnosis;
  }

  @Override
  public void writeSamples(Path png) {
    int rows = Math.min(ROWS, pairs.samples());
    List<Planes> cells = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      cells.addAll(trainer.row(pairs.sample((int) ((long) row * pairs.samples() / rows))));
    }
    int side = options.pictures().cropSize();
    int channels = Math.max(options.pictures().inputNc(), options.pictures().outputNc());
    int size = channels * side * side;
    float[] all = new float[cells.size() * size];
    for (int i = 0; i < cells.size(); i++) {
      float[] values = cells.get(i).values();
      // Grey beside colour is shown in its three channels.
      for (int at = i * size; at < (i + 1) * size; at += values.length) {
        System.arraycopy(values, 0, all, at, values.length);
      }
    }
    Images.writeGrid(png, all, cells.size(), channels, side, side, cells.size() / rows);
  }

  @Override
  public Map<String, Network> networks() {
    return trainer.networks();
  }

  @Override
  public Map<String, List<TensorEntry>> state() {
    return trainer.state();
  }

  @Override
  public void restore(long steps, Function<String, Map<String, TensorEntry>> state) {
    trainer.restore(steps, state);
  }

  @Override
  public Map<String, String> metadata(Network network) {
    return trainer.metadata(network);
  }

  @Override
  public void close() {
    next.close();
    trainer.close();
  }
}
