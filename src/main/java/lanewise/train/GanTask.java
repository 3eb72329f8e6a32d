package lanewise.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import lanewise.backend.Backend;
import lanewise.data.Batches;
import lanewise.data.Dataset;
import lanewise.data.Datasets;
import lanewise.data.GaussianMixture;
import lanewise.diagnosis.Diagnosis;
import lanewise.evaluate.Scores;
import lanewise.io.Images;
import lanewise.io.TensorEntry;
import lanewise.model.Gan;
import lanewise.model.GanSpec;
import lanewise.nn.Network;

/** A GAN that learns from a data set, with its diagnosis and measurements. */
final class GanTask implements Task {
  /** Points of a plot: as many as are evaluated. */
  private static final int POINTS = 2500;

  /** Images of a sample grid. */
  private static final int SAMPLES = 64;

  private static final String OPTIMIZER = "optimizer";

  private final Backend backend;
  private final TrainOptions options;
  private final Dataset data;
  private final NextBatch next;
  private final GanTrainer trainer;
  private final long stepsPerEpoch;
  private final long total;
  private final Diagnosis diagnosis;

  /** Null if nothing is to be measured. */
  private final Measurements measurements;

  private GanTask(
      Backend backend,
      TrainOptions options,
      Dataset data,
      Gan model,
      Batches batches,
      boolean capture) {
    this.backend = backend;
    this.options = options;
    this.data = data;
    OptimizerOptions optimizer = options.optimizer();
    int batchesPerStep = optimizer.accumulate() * optimizer.dSteps();
    next = new NextBatch(batches, data, batchesPerStep, options.model().conditional());
    stepsPerEpoch = Math.max(1, batches.stepsPerEpoch() / batchesPerStep);
    total = options.run().totalSteps(stepsPerEpoch);
    diagnosis = Diagnosis.ofGan(options.objective().scores());
    trainer = new GanTrainer(backend, model, options.recipe(total), options.run().seed(), capture);
    try {
      measurements =
          options.measuring().metrics()
              ? new Measurements(backend, options, data, trainer, total)
              : null;
    } catch (RuntimeException e) {
      trainer.close();
      throw e;
    }
  }

  /** See {@link TaskOptions#prepare}. */
  static Function<Backend, Task> prepare(
      TrainOptions options, boolean capture, Consumer<String> log) {
    long seed = options.run().seed();
    Dataset data = Datasets.open(options.data(), options.model().imageSize(), 0, seed, log);
    Gan model = options.model().model(data);
    Batches batches = new Batches(data, options.optimizer().batchSize(), seed);
    return backend -> new GanTask(backend, options, data, model, batches, capture);
  }

  @Override
  public Description description() {
    GanSpec spec = trainer.model().spec();
    int batch = options.optimizer().batchSize();
    ModelOptions model = options.model();
    String norms =
        model.normG().equals(model.normD())
            ? "--norm " + model.normG()
            : "--norm-g %s --norm-d %s".formatted(model.normG(), model.normD());
    return new Description(
        data.name(),
        "%d x %d x %d".formatted(data.channels(), data.height(), data.width()),
        model.arch() + ", " + norms,
        List.of(
            new Description.Part(trainer.generator(), spec.latentShape(batch)),
            new Description.Part(trainer.discriminator(), spec.judgedShape(batch))));
  }

  @Override
  public long steps() {
    return trainer.steps();
  }

  @Override
  public int dataSize() {
    return data.size();
  }

  @Override
  public int samplesPerStep() {
    return trainer.recipe().samplesPerStep();
  }

  @Override
  public long stepsPerEpoch() {
    return stepsPerEpoch;
  }

  @Override
  public Map<String, Float> step() {
    float[] images = next.images(trainer.steps());
    return trainer.step(images, next.labels(), this::prepareNext).values();
  }

  /** While a GPU computes the present step. */
  private void prepareNext() {
    if (trainer.steps() < total) {
      next.prepare(trainer.steps());
    }
  }

  @Override
  public boolean isMeasured() {
    return measurements != null && measurements.isDue();
  }

  @Override
  public Scores measure() {
    return measurements.measure();
  }

  @Override
  public Diagnosis diagnosis() {
    return diagnosis;
  }

  @Override
  public void writeSamples(Path png) {
    if (data instanceof GaussianMixture mixture) {
      Images.writePoints(png, trainer.samples(POINTS), mixture.extent());
    } else {
      Images.writeGrid(
          png,
          trainer.samples(SAMPLES),
          SAMPLES,
          data.channels(),
          data.height(),
          data.width(),
          (int) Math.sqrt(SAMPLES));
    }
  }

  @Override
  public Map<String, Network> networks() {
    Map<String, Network> networks = new LinkedHashMap<>();
    networks.put("generator", trainer.generator());
    networks.put("discriminator", trainer.discriminator());
    if (trainer.average() != null) {
      networks.put("average", trainer.average());
    }
    return networks;
  }

  @Override
  public Map<String, List<TensorEntry>> state() {
    return Map.of(OPTIMIZER, trainer.optimizerState());
  }

  @Override
  public void restore(long steps, Function<String, Map<String, TensorEntry>> state) {
    trainer.restore(steps, state.apply(OPTIMIZER));
  }

  @Override
  public Map<String, Network> results() {
    Map<String, Network> results = new LinkedHashMap<>();
    results.put("generator", trainer.sampler());
    results.put("discriminator", trainer.discriminator());
    return results;
  }

  @Override
  public Map<String, String> metadata(Network network) {
    return metadata(trainer.model());
  }

  /** What is to be known of either network of a GAN. */
  static Map<String, String> metadata(Gan model) {
    return NetworkMetadata.of(model.architecture().toString(), model.spec());
  }

  @Override
  public void completeReport(RunFolder folder) {
    RunReport.complete(backend, folder, options, data, trainer.steps());
  }

  @Override
  public void close() {
    if (measurements != null) {
      measurements.close();
    }
    trainer.close();
  }
}
