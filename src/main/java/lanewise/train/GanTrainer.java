package lanewise.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lanewise.UserException;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.io.TensorEntry;
import lanewise.model.Gan;
import lanewise.nn.Initialization;
import lanewise.nn.Network;
import lanewise.nn.Statistics;
import lanewise.train.loss.GanLoss;

/**
 * Trains a GAN's two networks in turns, as PyTorch's DCGAN example does: real and fake images go
 * through the discriminator in separate batches, and the generator learns from the discriminator
 * just updated.
 */
public final class GanTrainer implements AutoCloseable {
  private final Backend backend;
  private final Gan model;
  private final GanLoss loss;
  private final int batchSize;
  private final Latents latents;
  private final float[] z;
  private final Variable latent;
  private final Variable real;
  private final Results results;
  private final Network generator;
  private final Network discriminator;
  private final Adam generatorAdam;
  private final Adam discriminatorAdam;
  private final NotFinite notFinite;
  private final Runnable compute;

  /** Whether {@link #compute} replays what it recorded, and can look at no loss on its way. */
  private final boolean captured;

  private long steps;

  /** The step whose latents {@link #z} holds. */
  private long drawn;

  /**
   * What one step measured.
   *
   * @param step counted from 1
   * @param dReal mean probability that the discriminator gave real images to be real
   * @param dFake the same for fake images, before its update
   */
  public record StepResult(long step, float lossD, float lossG, float dReal, float dFake) {}

  /**
   * Adam's settings for both networks.
   *
   * @param beta1 0.5 in DCGAN
   */
  public record AdamOptions(double lr, double beta1, double beta2) {
    /** The settings of DCGAN. */
    public static final AdamOptions DCGAN = new AdamOptions(2e-4, 0.5, 0.999);
  }

  /** The same, with steps that are captured where the backend can. */
  public GanTrainer(
      Backend backend, Gan model, GanLoss loss, AdamOptions adam, int batchSize, long seed) {
    this(backend, model, loss, adam, batchSize, seed, true);
  }

  /**
   * Builds both networks and draws their weights.
   *
   * @param seed of the weights and of all latents
   * @param capture whether steps are replayed where the backend can; without, it is found in which
   *     layer a loss stops being a number
   * @throws UserException if the model cannot work with batches of this size
   */
  public GanTrainer(
      Backend backend,
      Gan model,
      GanLoss loss,
      AdamOptions adam,
      int batchSize,
      long seed,
      boolean capture) {
    this.backend = backend;
    this.model = model;
    this.loss = loss;
    this.batchSize = batchSize;
    this.latents = new Latents(seed, model.latentShape(1).size());
    this.z = new float[model.latentShape(batchSize).size()];
    generator = new Network(backend, model.generator(), "generator");
    discriminator = new Network(backend, model.discriminator(), "discriminator");
    checkShapes();
    generator.initialize(Initialization.DCGAN, seed);
    discriminator.initialize(Initialization.DCGAN, ~seed);
    generatorAdam = new Adam(generator, adam.lr(), adam.beta1(), adam.beta2());
    discriminatorAdam = new Adam(discriminator, adam.lr(), adam.beta1(), adam.beta2());
    Map<String, Network> networks = new LinkedHashMap<>();
    networks.put("generator", generator);
    networks.put("discriminator", discriminator);
    notFinite = new NotFinite(networks);
    latent = input(model.latentShape(batchSize));
    real = input(model.imageShape(batchSize));
    results = new Results(backend);
    Runnable step = this::compute;
    compute = capture ? backend.capture(step) : step;
    captured = compute != step;
  }

  /** Of a step; it stays where it is, so that steps can be replayed. */
  private Variable input(Shape shape) {
    return Variable.constant(backend, backend.allocateActivation(shape));
  }

  private void checkShapes() {
    try {
      discriminator.outputShape(generator.outputShape(model.latentShape(batchSize)));
    } catch (IllegalArgumentException e) {
      throw new UserException("The model does not fit: " + e.getMessage(), e);
    }
  }

  /** One step on a batch of real images: N x C x H x W in [-1, 1], PyTorch's order. */
  public StepResult step(float[] images) {
    return step(images, () -> {});
  }

  /**
   * {@link #step(float[])}.
   *
   * @param meanwhile runs on the caller's thread while a GPU computes; {@code images} may then be
   *     overwritten
   * @throws UserException if a loss is not finite; says in which layer it began
   */
  public StepResult step(float[] images, Runnable meanwhile) {
    draw(steps + 1);
    start(images, z);
    draw(steps + 1);
    meanwhile.run();
    return finish();
  }

  /** {@link #step(float[])} with given latents. */
  public StepResult step(float[] images, float[] z) {
    start(images, z);
    return finish();
  }

  private void draw(long step) {
    if (drawn != step) {
      latents.ofStep(step, z);
      drawn = step;
    }
  }

  private void start(float[] images, float[] z) {
    steps++;
    backend.upload(images, real.tensor());
    backend.upload(z, latent.tensor());
    generatorAdam.advance();
    discriminatorAdam.advance();
    compute.run();
  }

  private StepResult finish() {
    StepResult result = results.read(steps);
    if (captured) {
      notFinite.checkReplayed(result);
    }
    return result;
  }

  /** All of a step that can be replayed: from its inputs and rates to its results. */
  private void compute() {
    try (Scope _ = backend.scope()) {
      Variable fake = generator.forward(latent, Statistics.BATCH);
      stepDiscriminator(fake);
      stepGenerator(fake);
    }
  }

  private void stepDiscriminator(Variable fake) {
    try (Scope _ = backend.scope()) {
      Variable onReal = discriminator.forward(real, Statistics.BATCH);
      Variable onFake = discriminator.forward(fake.detach(), Statistics.BATCH);
      Variable lossD = loss.discriminator(onReal, onFake);
      check("discriminator", lossD, fake, lossD);
      discriminator.backward(lossD);
      discriminatorAdam.step();
      results.put(Results.LOSS_D, lossD);
      results.put(Results.D_REAL, probability(onReal));
      results.put(Results.D_FAKE, probability(onFake));
    }
  }

  private void stepGenerator(Variable fake) {
    Variable lossG = loss.generator(discriminator.forward(fake, Statistics.BATCH));
    check("generator", lossG, lossG);
    generator.backward(lossG);
    generatorAdam.step();
    results.put(Results.LOSS_G, lossG);
  }

  private void check(String name, Variable loss, Variable... history) {
    if (!captured) {
      notFinite.check(name, loss, steps, history);
    }
  }

  private static Variable probability(Variable logits) {
    return Ops.mean(Ops.sigmoid(logits.detach()));
  }

  /** Images of latents that stay the same for the whole run, with running statistics. */
  public float[] samples(int count) {
    return generate(generator, model, latents.fixed(count), Statistics.RUNNING);
  }

  /** The images of latents: N x C x H x W in (-1, 1). */
  public static float[] generate(Network generator, Gan model, float[] z, Statistics statistics) {
    Backend backend = generator.backend();
    int count = z.length / model.latentShape(1).size();
    try (Scope _ = backend.scope()) {
      Tensor latent = backend.allocateActivation(model.latentShape(count));
      backend.upload(z, latent);
      Variable images = generator.forward(Variable.constant(backend, latent), statistics);
      float[] pixels = new float[images.shape().size()];
      backend.read(images.tensor(), pixels);
      return pixels;
    }
  }

  /** Steps done so far. */
  public long steps() {
    return steps;
  }

  public Network generator() {
    return generator;
  }

  public Network discriminator() {
    return discriminator;
  }

  /** Both optimisers' moments. */
  List<TensorEntry> optimizerState() {
    return List.of(generatorAdam.state("generator"), discriminatorAdam.state("discriminator"))
        .stream()
        .flatMap(List::stream)
        .toList();
  }

  /** Goes on after {@code steps} steps; the networks are loaded separately. */
  void restore(long steps, Map<String, float[]> optimizerState) {
    this.steps = steps;
    restore(generatorAdam, "generator", optimizerState);
    restore(discriminatorAdam, "discriminator", optimizerState);
  }

  private void restore(Adam adam, String prefix, Map<String, float[]> state) {
    adam.restore(steps, state.get(prefix + ".exp_avg"), state.get(prefix + ".exp_avg_sq"));
  }

  @Override
  public void close() {
    latent.tensor().close();
    real.tensor().close();
    results.close();
    generatorAdam.close();
    discriminatorAdam.close();
    generator.close();
    discriminator.close();
  }
}
