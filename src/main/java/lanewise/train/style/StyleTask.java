package lanewise.train.style;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import lanewise.UserException;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.diagnosis.Diagnosis;
import lanewise.diagnosis.Observation;
import lanewise.io.Images;
import lanewise.io.TensorEntry;
import lanewise.model.TranslatorSpec;
import lanewise.nn.Network;
import lanewise.nn.Statistics;
import lanewise.perceptual.PerceptualFeatures;
import lanewise.perceptual.PerceptualLayers;
import lanewise.picture.Picture;
import lanewise.picture.Pictures;
import lanewise.train.NetworkMetadata;
import lanewise.train.Task;
import lanewise.train.loss.PerceptualLoss;
import lanewise.train.style.StyleTrainer.StepResult;

/** A style network that learns from a folder of photographs and one painting. */
final class StyleTask implements Task {
  /** Photographs of a grid, each beside what becomes of it. */
  private static final int SAMPLES = 8;

  /** Photographs and pictures in a row of it. */
  private static final int COLUMNS = 4;

  private static final int CHANNELS = 3;
  private static final float HALF_RANGE = 127.5f;
  private static final String OPTIMIZER = "optimizer";
  private static final String GENERATOR = "generator";

  private final Backend backend;
  private final StyleOptions options;
  private final Photographs photographs;
  private final TranslatorSpec spec;
  private final PerceptualFeatures features;
  private final PerceptualLoss loss;
  private final Network network;
  private final StyleTrainer trainer;
  private final Diagnosis diagnosis = Diagnosis.ofStyle();
  private final List<float[]> samples;
  private final float[] images;

  /** The step whose photographs {@link #images} are, counted from 0. */
  private long prepared = -1;

  private StyleTask(
      Backend backend,
      StyleOptions options,
      Photographs photographs,
      Picture painting,
      boolean capture) {
    this.backend = backend;
    this.options = options;
    this.photographs = photographs;
    spec = options.network().spec();
    Shape batch = images(options.optimizer().batchSize());
    images = new float[batch.size()];
    samples = photographs.middles(Math.min(SAMPLES, photographs.size()));
    PerceptualOptions perceptual = options.perceptual();
    features = perceptual.source().open(backend, perceptual);
    PerceptualLayers layers = perceptual.layers(features);
    features.requireSide(options.network().imageSize());
    features.requireSide(Math.min(painting.height(), painting.width()));
    loss =
        new PerceptualLoss(
            backend,
            features,
            layers,
            perceptual.weights(),
            levels(painting),
            painting.height(),
            painting.width());
    network = new Network(backend, spec.network(), GENERATOR);
    network.initialize(spec.initialization(), options.run().seed());
    trainer = new StyleTrainer(network, loss, options.optimizer().adam(), batch, capture);
  }

  /** See {@link lanewise.train.TaskOptions#prepare}. */
  static Function<Backend, Task> prepare(
      StyleOptions options, boolean capture, Consumer<String> log) {
    int side = options.network().imageSize();
    long maxPixels = options.maxPixels();
    long half = Runtime.getRuntime().maxMemory() / 2;
    Photographs photographs =
        Photographs.open(Path.of(options.data()), maxPixels, side, options.run().seed(), half, log);
    PerceptualOptions perceptual = options.perceptual();
    Picture painting = Pictures.read(Path.of(perceptual.style()), maxPixels).rgb();
    int shorter = perceptual.styleSize() == 0 ? side : perceptual.styleSize();
    Picture scaled = Photographs.scaled(painting, shorter);
    return backend -> new StyleTask(backend, options, photographs, scaled, capture);
  }

  private static float[] levels(Picture picture) {
    int plane = picture.width() * picture.height();
    float[] levels = new float[CHANNELS * plane];
    for (int c = 0; c < CHANNELS; c++) {
      System.arraycopy(picture.planes()[c], 0, levels, c * plane, plane);
    }
    return levels;
  }

  private Shape images(int count) {
    int side = options.network().imageSize();
    return Shape.of(count, CHANNELS, side, side);
  }

  @Override
  public Description description() {
    int side = options.network().imageSize();
    return new Description(
        photographs.name(),
        "%d x %d x %d".formatted(CHANNELS, side, side),
        "%s; style of %s by %s"
            .formatted(spec, options.perceptual().style(), features.description()),
        List.of(new Description.Part(network, images(options.optimizer().batchSize()))));
  }

  @Override
  public long steps() {
    return trainer.steps();
  }

  @Override
  public int dataSize() {
    return photographs.size();
  }

  @Override
  public int samplesPerStep() {
    return options.optimizer().batchSize();
  }

  @Override
  public long stepsPerEpoch() {
    return Math.max(1, photographs.size() / samplesPerStep());
  }

  @Override
  public Map<String, Float> step() {
    read(trainer.steps());
    StepResult result = trainer.step(images, () -> prepare(trainer.steps()));
    Map<String, Float> values = new LinkedHashMap<>();
    values.put("loss_total", result.total());
    values.put("loss_content", result.content());
    values.put("loss_style", result.style());
    values.put("loss_tv", result.tv());
    if (Float.isFinite(result.gradNorm())) {
      values.put(Observation.GRAD_NORM_G, result.gradNorm());
    }
    if (trainer.steps() % options.run().sampleEvery() == 0) {
      values.putAll(ofSamples());
    }
    return values;
  }

  /**
   * The losses of the pictures that {@link #writeSamples} shows: of the same photographs each time,
   * and with running statistics where the norm has them, as whoever uses the network meets them.
   */
  private Map<String, Float> ofSamples() {
    float content = 0;
    float style = 0;
    for (float[] photograph : samples) {
      try (Scope _ = backend.scope()) {
        Variable input = upload(photograph);
        PerceptualLoss.Terms terms = loss.of(network.forward(input, Statistics.RUNNING), input);
        content += terms.content().item() / samples.size();
        style += terms.style().item() / samples.size();
      }
    }
    Map<String, Float> values = new LinkedHashMap<>();
    values.put("sample_content", content);
    values.put("sample_style", style);
    return values;
  }

  @Override
  public Diagnosis diagnosis() {
    return diagnosis;
  }

  private void read(long step) {
    if (prepared != step) {
      photographs.read(step, samplesPerStep(), images);
      prepared = step;
    }
  }

  /** Reads ahead; if that fails, {@link #step} says so. */
  private void prepare(long step) {
    try {
      read(step);
    } catch (UserException _) {
      // The step before it is still to be finished and written down.
    }
  }

  /** Photographs, each beside what the network makes of it. */
  @Override
  public void writeSamples(Path png) {
    Shape one = images(1);
    float[] grid = new float[2 * samples.size() * one.size()];
    float[] picture = new float[one.size()];
    for (int i = 0; i < samples.size(); i++) {
      try (Scope _ = backend.scope()) {
        Variable made = network.forward(upload(samples.get(i)), Statistics.RUNNING);
        backend.read(made.tensor(), picture);
      }
      normalize(samples.get(i), grid, 2 * i * one.size());
      normalize(picture, grid, (2 * i + 1) * one.size());
    }
    int side = one.h();
    Images.writeGrid(png, grid, 2 * samples.size(), CHANNELS, side, side, COLUMNS);
  }

  private Variable upload(float[] photograph) {
    Tensor input = backend.allocateActivation(images(1));
    backend.upload(photograph, input);
    return Variable.constant(backend, input);
  }

  /** From [0, 255] to [-1, 1]. */
  private static void normalize(float[] levels, float[] target, int at) {
    for (int i = 0; i < levels.length; i++) {
      target[at + i] = levels[i] / HALF_RANGE - 1;
    }
  }

  @Override
  public Map<String, Network> networks() {
    return Map.of(GENERATOR, network);
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
  public Map<String, String> metadata(Network network) {
    return NetworkMetadata.of(spec.kind().toString(), spec);
  }

  @Override
  public void close() {
    trainer.close();
    network.close();
    loss.close();
    features.close();
  }
}
