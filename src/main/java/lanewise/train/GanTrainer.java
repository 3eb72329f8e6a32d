package lanewise.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import lanewise.UserException;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.diagnosis.Observation;
import lanewise.io.TensorEntry;
import lanewise.model.Gan;
import lanewise.model.GanSpec;
import lanewise.nn.Network;
import lanewise.nn.Pass;
import lanewise.nn.Statistics;
import lanewise.train.Recipe.Penalties;
import lanewise.train.loss.GanLoss;
import lanewise.train.loss.GradientPenalty;

/**
 * Trains a GAN's two networks in turns, as PyTorch's DCGAN example does: real and fake images go
 * through the discriminator in separate batches, and the generator learns from the discriminator
 * just updated.
 */
public final class GanTrainer implements AutoCloseable {
  private static final int LOSS_D = 0;
  private static final int LOSS_G = 1;
  private static final int D_REAL = 2;
  private static final int D_FAKE = 3;
  private static final int PENALTY = 4;
  private static final int GAUGES = 5;

  private final Backend backend;
  private final Gan model;
  private final Recipe recipe;
  private final Latents latents;
  private final StepInputs inputs;
  private final Results results;
  private final Gauges gauges;
  private final Network generator;
  private final Network discriminator;

  /** The average of the generator's weights, or null. */
  private final Network average;

  private final Adam generatorAdam;
  private final Adam discriminatorAdam;
  private final NotFinite notFinite;
  private final Runnable plain;

  /** With R1; the same as {@link #plain} if that has it, or if there is none. */
  private final Runnable regularised;

  /** Whether steps replay what was recorded, and can look at no loss on their way. */
  private final boolean captured;

  private long steps;

  /**
   * What one step measured; of several updates of the discriminator, in the last one.
   *
   * @param step counted from 1
   * @param lossD without penalties
   * @param dReal mean probability that the discriminator gave real images to be real; for
   *     objectives without probabilities, the mean score
   * @param dFake the same for fake images, before its update
   * @param penalty what gradient penalties added to the discriminator's loss
   * @param gradNormD Euclidean norm of the discriminator's gradients; this and what follows is
   *     measured in every tenth step, and NaN in others
   * @param gradNormG the same for the generator
   * @param diversity mean squared distance between two fake samples of a batch, divided by that
   *     between two real ones
   */
  public record StepResult(
      long step,
      float lossD,
      float lossG,
      float dReal,
      float dFake,
      float penalty,
      float gradNormD,
      float gradNormG,
      float diversity) {

    /** By the names of {@code metrics.jsonl}, without what was not measured. */
    Map<String, Float> values() {
      Map<String, Float> values = new LinkedHashMap<>();
      values.put("loss_d", lossD);
      values.put("loss_g", lossG);
      values.put(Observation.D_REAL, dReal);
      values.put(Observation.D_FAKE, dFake);
      if (penalty != 0) {
        values.put("penalty", penalty);
      }
      putMeasured(values, Observation.GRAD_NORM_D, gradNormD);
      putMeasured(values, Observation.GRAD_NORM_G, gradNormG);
      putMeasured(values, Observation.DIVERSITY, diversity);
      return values;
    }

    private static void putMeasured(Map<String, Float> values, String name, float value) {
      if (Float.isFinite(value)) {
        values.put(name, value);
      }
    }
  }

  /** The same, with steps that are captured where the backend can. */
  public GanTrainer(
      Backend backend, Gan model, GanLoss loss, AdamOptions adam, int batchSize, long seed) {
    this(backend, model, Recipe.of(loss, adam, batchSize), seed, true);
  }

  /**
   * Builds both networks and draws their weights.
   *
   * @param seed of the weights and of all latents
   * @param capture whether steps are replayed where the backend can; without, it is found in which
   *     layer a loss stops being a number
   * @throws UserException if the model cannot work with batches of this size
   */
  public GanTrainer(Backend backend, Gan model, Recipe recipe, long seed, boolean capture) {
    this.backend = backend;
    this.model = model;
    this.recipe = recipe;
    latents = new Latents(seed, model.spec().latent());
    generator = new Network(backend, model.generator(), "generator");
    discriminator = new Network(backend, model.discriminator(), "discriminator");
    checkShapes();
    generator.initialize(model.generatorInitialization(), seed);
    discriminator.initialize(model.discriminatorInitialization(), ~seed);
    average = recipe.ema() > 0 ? new Network(backend, model.generator(), "average") : null;
    if (average != null) {
      average.average(generator, 0);
    }
    generatorAdam = new Adam(generator, recipe.generator());
    discriminatorAdam = new Adam(discriminator, recipe.discriminator(), recipe.dSteps());
    Map<String, Network> networks = new LinkedHashMap<>();
    networks.put("generator", generator);
    networks.put("discriminator", discriminator);
    notFinite = new NotFinite(networks);
    inputs = new StepInputs(backend, model.spec(), recipe, seed);
    results = new Results(backend, GAUGES + Gauges.COUNT);
    gauges = new Gauges(generator, discriminator, model.spec().judgedShape(recipe.batchSize()));
    boolean hasR1 = recipe.penalties().r1() > 0;
    boolean isLazy = hasR1 && recipe.penalties().r1Every() > 1;
    UnaryOperator<Runnable> replayed = capture ? backend::capture : UnaryOperator.identity();
    Runnable step = () -> compute(hasR1 && !isLazy);
    plain = replayed.apply(step);
    captured = plain != step;
    regularised = isLazy ? replayed.apply(() -> compute(true)) : plain;
  }

  private void checkShapes() {
    try {
      GanSpec spec = model.spec();
      Shape images = generator.outputShape(spec.latentShape(recipe.batchSize()));
      discriminator.outputShape(spec.judgedShape(images.n()));
    } catch (IllegalArgumentException e) {
      throw new UserException("The model does not fit: " + e.getMessage(), e);
    }
  }

  /** One step on real images: N x C x H x W in [-1, 1], PyTorch's order. */
  public StepResult step(float[] images) {
    return step(images, null, () -> {});
  }

  /**
   * One step.
   *
   * @param images {@link Recipe#samplesPerStep} of them, in [-1, 1] and PyTorch's order
   * @param labels the class of each, or null if the networks are told none
   * @param meanwhile runs on the caller's thread while a GPU computes; {@code images} may then be
   *     overwritten
   * @throws UserException if a loss is not finite; says in which layer it began
   */
  public StepResult step(float[] images, int[] labels, Runnable meanwhile) {
    inputs.draw(steps + 1);
    start(images, labels);
    inputs.draw(steps + 1);
    meanwhile.run();
    return finish();
  }

  /** {@link #step(float[])} with given latents. */
  public StepResult step(float[] images, float[] z) {
    inputs.draw(steps + 1, z);
    start(images, null);
    return finish();
  }

  private void start(float[] images, int[] labels) {
    steps++;
    inputs.upload(images, labels);
    double factor = recipe.rateFactor(steps);
    generatorAdam.advance(factor);
    discriminatorAdam.advance(factor);
    (recipe.hasR1(steps) ? regularised : plain).run();
    if (GradientNorms.areDue(steps)) {
      gauges.take(inputs.real(recipe.batchesPerStep() - 1), results, GAUGES);
    }
  }

  private StepResult finish() {
    float[] values = results.read();
    if (captured) {
      notFinite.checkReplayed("discriminator", values[LOSS_D], steps);
      notFinite.checkReplayed("generator", values[LOSS_G], steps);
    }
    return new StepResult(
        steps,
        values[LOSS_D],
        values[LOSS_G],
        values[D_REAL],
        values[D_FAKE],
        values[PENALTY],
        gauge(values, Gauges.GRAD_NORM_D),
        gauge(values, Gauges.GRAD_NORM_G),
        gauge(values, Gauges.DIVERSITY));
  }

  private float gauge(float[] values, int which) {
    return GradientNorms.areDue(steps) ? values[GAUGES + which] : Float.NaN;
  }

  /** All of a step that can be replayed: from its inputs and rates to its results. */
  private void compute(boolean withR1) {
    results.clear();
    if (recipe.accumulate() > 1) {
      computeInParts(withR1);
      return;
    }
    int last = recipe.dSteps() - 1;
    for (int update = 0; update < last; update++) {
      try (Scope _ = backend.scope()) {
        learnToJudge(update, generated(update, Statistics.BATCH), withR1);
        discriminatorAdam.step(update);
      }
    }
    try (Scope _ = backend.scope()) {
      Variable fake = generated(last, Statistics.BATCH);
      learnToJudge(last, fake, withR1);
      discriminatorAdam.step(last);
      learnToGenerate(last, fake);
      generatorAdam.step();
    }
    updateAverage();
  }

  /**
   * The same, one batch after the other, which costs the memory of one. The generator computes its
   * last fakes twice, and counts them once in its running averages.
   */
  private void computeInParts(boolean withR1) {
    int batches = recipe.batchesPerStep();
    for (int batch = 0; batch < batches; batch++) {
      try (Scope _ = backend.scope()) {
        learnToJudge(batch, generated(batch, Statistics.BATCH), withR1);
      }
      if ((batch + 1) % recipe.accumulate() == 0) {
        discriminatorAdam.step(batch / recipe.accumulate());
      }
    }
    for (int batch = batches - recipe.accumulate(); batch < batches; batch++) {
      try (Scope _ = backend.scope()) {
        learnToGenerate(batch, generated(batch, Statistics.INPUT));
      }
    }
    generatorAdam.step();
    updateAverage();
  }

  private Variable generated(int batch, Statistics statistics) {
    return generator.forward(inputs.latent(batch), new Pass(statistics, inputs.condition(batch)));
  }

  private void learnToJudge(int batch, Variable fake, boolean withR1) {
    try (Scope _ = backend.scope()) {
      Variable condition = inputs.condition(batch);
      Variable real = inputs.real(batch);
      Variable judged = packed(fake.detach());
      Variable onReal = judge(real, condition);
      Variable onFake = judge(judged, condition);
      Variable loss = recipe.loss().discriminator(onReal, onFake);
      Variable penalty = penalty(batch, real, judged, withR1);
      Variable all = penalty == null ? loss : Ops.add(loss, penalty);
      check("discriminator", all, fake, all);
      backward(discriminator, all, batch);
      if (batch >= recipe.batchesPerStep() - recipe.accumulate()) {
        add(LOSS_D, loss);
        add(D_REAL, reading(onReal));
        add(D_FAKE, reading(onFake));
        if (penalty != null) {
          add(PENALTY, penalty);
        }
      }
    }
  }

  /** Null if there is none. */
  private Variable penalty(int batch, Variable real, Variable fake, boolean withR1) {
    Penalties penalties = recipe.penalties();
    UnaryOperator<Variable> scores = x -> judge(x, inputs.condition(batch));
    Variable r1 =
        withR1 ? GradientPenalty.r1(scores, real, penalties.r1() * penalties.r1Every()) : null;
    if (penalties.gp() == 0) {
      return r1;
    }
    Variable gp = GradientPenalty.wganGp(scores, real, fake, inputs.epsilon(batch), penalties.gp());
    return r1 == null ? gp : Ops.add(gp, r1);
  }

  private void learnToGenerate(int batch, Variable fake) {
    Variable judged = packed(fake);
    gauges.keep(judged);
    Variable loss = recipe.loss().generator(judge(judged, inputs.condition(batch)));
    check("generator", loss, loss);
    backward(generator, loss, batch);
    add(LOSS_G, loss);
  }

  private Variable packed(Variable fake) {
    int pack = model.spec().pack();
    return pack == 1 ? fake : Ops.pack(fake, pack);
  }

  private Variable judge(Variable samples, Variable condition) {
    return discriminator.forward(samples, new Pass(Statistics.BATCH, condition));
  }

  private void backward(Network network, Variable loss, int batch) {
    int parts = recipe.accumulate();
    Variable share = parts == 1 ? loss : Ops.affine(loss, 1f / parts, 0);
    if (batch % parts == 0) {
      network.backward(share);
    } else {
      network.accumulate(share);
    }
  }

  private void add(int result, Variable value) {
    results.add(result, value, 1f / recipe.accumulate());
  }

  private void updateAverage() {
    if (average != null) {
      average.average(generator, recipe.ema());
    }
  }

  private void check(String name, Variable loss, Variable... history) {
    if (!captured) {
      notFinite.check(name, loss, steps, history);
    }
  }

  /** The mean probability to be real, or the mean score where there are no probabilities. */
  private Variable reading(Variable scores) {
    Variable given = scores.detach();
    return Ops.mean(recipe.loss().isLogit() ? Ops.sigmoid(given) : given);
  }

  /** Images of latents that stay the same for the whole run, with running statistics. */
  public float[] samples(int count) {
    return new Sampler(sampler(), model.spec()).images(latents.fixed(count), 0, Statistics.RUNNING);
  }

  /** Steps done so far. */
  public long steps() {
    return steps;
  }

  public Recipe recipe() {
    return recipe;
  }

  public Gan model() {
    return model;
  }

  public Network generator() {
    return generator;
  }

  /** What samples are made with: the average of the generator's weights, if one is kept. */
  public Network sampler() {
    return average == null ? generator : average;
  }

  /** The average of the generator's weights, or null if none is kept. */
  Network average() {
    return average;
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
  void restore(long steps, Map<String, TensorEntry> optimizerState) {
    this.steps = steps;
    generatorAdam.restore("generator", steps, optimizerState);
    discriminatorAdam.restore("discriminator", steps * recipe.dSteps(), optimizerState);
  }

  @Override
  public void close() {
    inputs.close();
    results.close();
    gauges.close();
    generatorAdam.close();
    discriminatorAdam.close();
    generator.close();
    discriminator.close();
    if (average != null) {
      average.close();
    }
  }
}
