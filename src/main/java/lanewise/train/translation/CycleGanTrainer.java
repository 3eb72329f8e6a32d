package lanewise.train.translation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import lanewise.autograd.Ops;
import lanewise.autograd.Variable;
import lanewise.backend.Backend;
import lanewise.backend.DropoutSpec;
import lanewise.backend.Scope;
import lanewise.backend.Shape;
import lanewise.backend.Tensor;
import lanewise.data.PicturePair;
import lanewise.data.Planes;
import lanewise.io.TensorEntry;
import lanewise.nn.Network;
import lanewise.train.GradientNorms;
import lanewise.train.NotFinite;
import lanewise.train.Results;
import lanewise.train.Task.Description.Part;
import lanewise.train.loss.GradientPenalty;

/**
 * Trains two generators, A to B and back, without pairs (Zhu et al. 2017): both together, against
 * two discriminators; then the discriminators, whose losses are halved, with a gradient penalty if
 * there is one, on images of this step or of earlier ones.
 *
 * <p>The names are those of the authors' {@code pytorch-CycleGAN-and-pix2pix}: generator A makes B
 * of A, and discriminator A judges what it makes.
 *
 * <p>Which image of the pool is judged is decided on the host, so a step has two parts that can be
 * recorded, and the pools' copies between them.
 */
public final class CycleGanTrainer implements TranslationTrainer {
  private static final String GENERATOR_A = "generator_A";
  private static final String GENERATOR_B = "generator_B";
  private static final String DISCRIMINATOR_A = "discriminator_A";
  private static final String DISCRIMINATOR_B = "discriminator_B";
  private static final String OPTIMIZER = "optimizer";
  private static final String POOLS = "pools";
  private static final String FAKE_A = "fake_A";
  private static final String FAKE_B = "fake_B";

  private static final int D = 0;
  private static final int G = 1;
  private static final int CYCLE = 2;
  private static final int IDT = 3;
  private static final int PENALTY = 4;
  private static final int D_REAL = 5;
  private static final int D_FAKE = 6;
  private static final int GRADIENT_NORMS = 7;
  private static final String[] NAMES = {
    "loss_d",
    "loss_g",
    "loss_cycle",
    "loss_idt",
    "penalty",
    "d_real",
    "d_fake",
    "grad_norm_d",
    "grad_norm_g"
  };

  /** Results of A, and of B behind them, by what their names end in. */
  private static final List<String> SIDES = List.of("_a", "_b");

  private static final int OF_B = NAMES.length;

  /** Passes through a generator in a step, each of which drops other features. */
  private static final int PASSES = 6;

  private final Backend backend;
  private final CycleGanRecipe recipe;
  private final long seed;
  private final Side a;
  private final Side b;
  private final Tensor[] keys = new Tensor[PASSES];
  private final Results results;
  private final NotFinite notFinite;
  private final Runnable translating;
  private final Runnable judging;

  /** Whether these may be recordings, behind which only results can be looked at. */
  private final boolean captured;

  private long steps;

  /**
   * What belongs to one kind of pictures.
   *
   * @param real of this step
   * @param fake what the generator of the other kind's pictures makes of those
   * @param pool of earlier fakes
   * @param mixture of real and fake, where a gradient penalty is taken
   * @param generator that takes pictures of this kind
   * @param discriminator that judges what that generator makes
   */
  private record Side(
      StepTensor real,
      StepTensor fake,
      ImagePool pool,
      StepTensor mixture,
      Generator generator,
      Discriminator discriminator) {

    void close() {
      real.close();
      fake.close();
      pool.close();
      mixture.close();
      generator.close();
      discriminator.close();
    }
  }

  /**
   * Builds the networks and draws their weights.
   *
   * @param seed of the weights, of what is dropped and of the pools' choices
   * @param capture whether steps are replayed where the backend can; their pictures then have one
   *     size
   */
  public CycleGanTrainer(Backend backend, CycleGanRecipe recipe, long seed, boolean capture) {
    this.backend = backend;
    this.recipe = recipe;
    this.seed = seed;
    SplittableRandom seeds = new SplittableRandom(seed);
    a =
        new Side(
            new StepTensor(backend),
            new StepTensor(backend),
            new ImagePool(backend, recipe.poolSize()),
            new StepTensor(backend),
            new Generator(
                backend, recipe.generator(), GENERATOR_A, recipe.adam(), seeds.nextLong()),
            new Discriminator(
                backend, recipe.discriminator(), DISCRIMINATOR_A, recipe.adam(), seeds.nextLong()));
    b =
        new Side(
            new StepTensor(backend),
            new StepTensor(backend),
            new ImagePool(backend, recipe.poolSize()),
            new StepTensor(backend),
            new Generator(
                backend, recipe.backwards(), GENERATOR_B, recipe.adam(), seeds.nextLong()),
            new Discriminator(
                backend, recipe.ofInput(), DISCRIMINATOR_B, recipe.adam(), seeds.nextLong()));
    for (int i = 0; i < PASSES; i++) {
      keys[i] = backend.allocate(DropoutSpec.KEY);
    }
    results = new Results(backend, SIDES.size() * NAMES.length);
    notFinite = new NotFinite(networks());
    UnaryOperator<Runnable> replayed = capture ? backend::capture : UnaryOperator.identity();
    Runnable first = this::learnToTranslate;
    translating = replayed.apply(first);
    judging = replayed.apply(this::learnToJudge);
    captured = translating != first;
  }

  @Override
  public void requireFits(Shape ofA, Shape ofB) {
    requireFit(a, ofA, ofB);
    requireFit(b, ofB, ofA);
  }

  @Override
  public Map<String, Float> step(PairBatch pairs) {
    requireFits(pairs.a().shape(), pairs.b().shape());
    steps++;
    a.real.upload(pairs.a());
    b.real.upload(pairs.b());
    b.fake.fit(like(pairs.a().shape(), pairs.b().shape()));
    a.fake.fit(like(pairs.b().shape(), pairs.a().shape()));
    SplittableRandom dropout = StepRandom.DROPOUT.of(seed, steps);
    for (Tensor key : keys) {
      backend.upload(DropoutSpec.key(dropout.nextLong()), key);
    }
    if (recipe.gp() > 0) {
      SplittableRandom mixture = StepRandom.MIXTURE.of(seed, steps);
      a.mixture.mixtures(pairs.a().shape().n(), mixture);
      b.mixture.mixtures(pairs.b().shape().n(), mixture);
    }
    double factor = recipe.decay().factor(steps);
    for (Side side : List.of(a, b)) {
      side.generator.adam().advance(factor);
      side.discriminator.adam().advance(factor);
    }
    translating.run();
    SplittableRandom pool = StepRandom.POOL.of(seed, steps);
    b.pool.query(b.fake.tensor(), pool);
    a.pool.query(a.fake.tensor(), pool);
    judging.run();
    if (GradientNorms.areDue(steps)) {
      takeGradientNorms(a, 0);
      takeGradientNorms(b, OF_B);
    }
    return read();
  }

  private static void requireFit(Side side, Shape input, Shape output) {
    side.generator.requireFits(input);
    side.discriminator.requireFits(like(input, output));
  }

  /** The shape of what becomes of {@code input}, which has the channels of {@code output}. */
  private static Shape like(Shape input, Shape output) {
    return Shape.of(input.n(), output.c(), input.h(), input.w());
  }

  private void takeGradientNorms(Side side, int from) {
    GradientNorms.take(
        results, from + GRADIENT_NORMS, side.discriminator.network(), side.generator.network());
  }

  private Map<String, Float> read() {
    float[] values = results.read();
    Map<String, Float> named = new LinkedHashMap<>();
    for (int i = 0; i < values.length; i++) {
      int result = i % OF_B;
      String name = NAMES[result] + SIDES.get(i / OF_B);
      if (captured && result <= PENALTY) {
        notFinite.checkReplayed(name.replace("loss_", ""), values[i], steps);
      }
      if (isMeasured(result, values[i])) {
        named.put(name, values[i]);
      }
    }
    return named;
  }

  private boolean isMeasured(int result, float value) {
    return switch (result) {
      case IDT -> recipe.lambdaIdentity() > 0;
      case PENALTY -> recipe.gp() > 0;
      default -> result < GRADIENT_NORMS || GradientNorms.isMeasured(steps, value);
    };
  }

  private void learnToTranslate() {
    results.clear();
    try (Scope _ = backend.scope()) {
      Variable realA = a.real.variable();
      Variable realB = b.real.variable();
      Variable fakeB = a.generator.translate(realA, keys[0]);
      Variable cycleA = b.generator.translate(fakeB, keys[1]);
      Variable fakeA = b.generator.translate(realB, keys[2]);
      Variable cycleB = a.generator.translate(fakeA, keys[3]);
      List<Variable> losses = new ArrayList<>();
      if (recipe.lambdaIdentity() > 0) {
        float identity = recipe.lambdaIdentity();
        Variable sameB = a.generator.translate(realB, keys[4]);
        Variable sameA = b.generator.translate(realA, keys[5]);
        losses.add(weighed(IDT, distance(sameB, realB), recipe.lambdaB() * identity));
        losses.add(weighed(OF_B + IDT, distance(sameA, realA), recipe.lambdaA() * identity));
      }
      losses.add(weighed(G, recipe.mode().toReal(a.discriminator.scores(fakeB)), 1));
      losses.add(weighed(OF_B + G, recipe.mode().toReal(b.discriminator.scores(fakeA)), 1));
      losses.add(weighed(CYCLE, distance(cycleA, realA), recipe.lambdaA()));
      losses.add(weighed(OF_B + CYCLE, distance(cycleB, realB), recipe.lambdaB()));
      Variable loss = losses.stream().reduce(Ops::add).orElseThrow();
      check("generator", loss, loss);
      Network.backward(loss, List.of(a.generator.network(), b.generator.network()));
      a.generator.adam().step();
      b.generator.adam().step();
      backend.copy(fakeB.tensor(), b.fake.tensor());
      backend.copy(fakeA.tensor(), a.fake.tensor());
    }
  }

  private Variable weighed(int result, Variable value, float weight) {
    Variable weighed = weight == 1 ? value : Ops.affine(value, weight, 0);
    results.add(result, weighed, 1);
    return weighed;
  }

  private static Variable distance(Variable x, Variable y) {
    return Ops.mean(Ops.abs(Ops.sub(x, y)));
  }

  private void learnToJudge() {
    learnToJudge(a.discriminator, b, 0);
    learnToJudge(b.discriminator, a, OF_B);
  }

  /** The discriminator learns to tell real pictures of a kind from those of its pool. */
  private void learnToJudge(Discriminator discriminator, Side judged, int from) {
    try (Scope _ = backend.scope()) {
      Variable real = judged.real.variable();
      Variable fake = Variable.constant(backend, judged.pool.judged());
      Variable onReal = discriminator.scores(real);
      Variable onFake = discriminator.scores(fake);
      GanMode mode = recipe.mode();
      Variable game = Ops.affine(Ops.add(mode.toReal(onReal), mode.toFake(onFake)), 0.5f, 0);
      Variable loss = game;
      if (recipe.gp() > 0) {
        Variable penalty =
            GradientPenalty.wganGp(
                discriminator::scores, real, fake, judged.mixture.variable(), recipe.gp());
        results.add(from + PENALTY, penalty, 1);
        loss = Ops.add(game, Ops.affine(penalty, 0.5f, 0));
      }
      check(discriminator.network().name(), loss, loss);
      discriminator.network().backward(loss);
      discriminator.adam().step();
      results.add(from + D, game, 1);
      results.add(from + D_REAL, mode.reading(onReal), 1);
      results.add(from + D_FAKE, mode.reading(onFake), 1);
    }
  }

  private void check(String name, Variable loss, Variable... history) {
    if (!captured) {
      notFinite.check(name, loss, steps, history);
    }
  }

  @Override
  public long steps() {
    return steps;
  }

  @Override
  public Map<String, Network> networks() {
    Map<String, Network> networks = new LinkedHashMap<>();
    networks.put(GENERATOR_A, a.generator.network());
    networks.put(GENERATOR_B, b.generator.network());
    networks.put(DISCRIMINATOR_A, a.discriminator.network());
    networks.put(DISCRIMINATOR_B, b.discriminator.network());
    return networks;
  }

  @Override
  public List<Part> parts(Shape images) {
    Shape ofA = Shape.of(images.n(), recipe.generator().inputChannels(), images.h(), images.w());
    Shape ofB = Shape.of(images.n(), recipe.generator().outputChannels(), images.h(), images.w());
    return List.of(
        new Part(a.generator.network(), ofA),
        new Part(b.generator.network(), ofB),
        new Part(a.discriminator.network(), ofB),
        new Part(b.discriminator.network(), ofA));
  }

  @Override
  public Map<String, String> metadata(Network network) {
    for (Side side : List.of(a, b)) {
      if (network == side.generator.network()) {
        return side.generator.metadata();
      }
      if (network == side.discriminator.network()) {
        return side.discriminator.metadata();
      }
    }
    throw new IllegalArgumentException(network.name() + " is no network of this training");
  }

  @Override
  public Map<String, List<TensorEntry>> state() {
    List<TensorEntry> moments = new ArrayList<>();
    moments.addAll(a.generator.adam().state(GENERATOR_A));
    moments.addAll(b.generator.adam().state(GENERATOR_B));
    moments.addAll(a.discriminator.adam().state(DISCRIMINATOR_A));
    moments.addAll(b.discriminator.adam().state(DISCRIMINATOR_B));
    List<TensorEntry> images = new ArrayList<>(a.pool.state(FAKE_A));
    images.addAll(b.pool.state(FAKE_B));
    return Map.of(OPTIMIZER, moments, POOLS, images);
  }

  @Override
  public void restore(long steps, Function<String, Map<String, TensorEntry>> state) {
    this.steps = steps;
    Map<String, TensorEntry> moments = state.apply(OPTIMIZER);
    a.generator.adam().restore(GENERATOR_A, steps, moments);
    b.generator.adam().restore(GENERATOR_B, steps, moments);
    a.discriminator.adam().restore(DISCRIMINATOR_A, steps, moments);
    b.discriminator.adam().restore(DISCRIMINATOR_B, steps, moments);
    Map<String, TensorEntry> images = state.apply(POOLS);
    a.pool.restore(FAKE_A, images);
    b.pool.restore(FAKE_B, images);
  }

  @Override
  public List<Planes> row(PicturePair pair) {
    Planes fakeB = a.generator.translate(pair.a());
    Planes fakeA = b.generator.translate(pair.b());
    return List.of(
        pair.a(),
        fakeB,
        b.generator.translate(fakeB),
        pair.b(),
        fakeA,
        a.generator.translate(fakeA));
  }

  @Override
  public void close() {
    a.close();
    b.close();
    for (Tensor key : keys) {
      key.close();
    }
    results.close();
  }
}
