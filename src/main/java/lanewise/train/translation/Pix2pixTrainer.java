package lanewise.train.translation;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
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
 * Trains a generator to make B of A, against a discriminator that sees A beside what it judges
 * (Isola et al. 2017): first the discriminator, whose loss is halved, then the generator against
 * the discriminator just updated. A gradient penalty is of pairs, and halved with the rest.
 */
public final class Pix2pixTrainer implements TranslationTrainer {
  private static final String GENERATOR = "generator";
  private static final String DISCRIMINATOR = "discriminator";
  private static final String OPTIMIZER = "optimizer";
  private static final int G = 0;
  private static final int L1 = 1;
  private static final int D_REAL = 2;
  private static final int D_FAKE = 3;
  private static final int PENALTY = 4;
  private static final int ON_REAL = 5;
  private static final int ON_FAKE = 6;
  private static final int GRADIENT_NORMS = 7;
  private static final String[] NAMES = {
    "loss_g",
    "loss_l1",
    "loss_d_real",
    "loss_d_fake",
    "penalty",
    "d_real",
    "d_fake",
    "grad_norm_d",
    "grad_norm_g"
  };

  private final Backend backend;
  private final Pix2pixRecipe recipe;
  private final long seed;
  private final Generator generator;
  private final Discriminator discriminator;
  private final StepTensor a;
  private final StepTensor b;
  private final Tensor key;
  private final StepTensor mixture;
  private final Results results;
  private final NotFinite notFinite;
  private final Runnable body;

  /** Whether the body may be a recording, behind which only results can be looked at. */
  private final boolean captured;

  private long steps;

  /**
   * Builds both networks and draws their weights.
   *
   * @param seed of the weights and of what is dropped
   * @param capture whether steps are replayed where the backend can; their pictures then have one
   *     size
   */
  public Pix2pixTrainer(Backend backend, Pix2pixRecipe recipe, long seed, boolean capture) {
    this.backend = backend;
    this.recipe = recipe;
    this.seed = seed;
    generator = new Generator(backend, recipe.generator(), GENERATOR, recipe.adam(), seed);
    discriminator =
        new Discriminator(backend, recipe.discriminator(), DISCRIMINATOR, recipe.adam(), ~seed);
    a = new StepTensor(backend);
    b = new StepTensor(backend);
    key = backend.allocate(DropoutSpec.KEY);
    mixture = new StepTensor(backend);
    results = new Results(backend, NAMES.length);
    notFinite = new NotFinite(networks());
    Runnable step = this::compute;
    body = capture ? backend.capture(step) : step;
    captured = body != step;
  }

  @Override
  public void requireFits(Shape a, Shape b) {
    generator.requireFits(a);
    discriminator.requireFits(Shape.of(a.n(), recipe.discriminator().channels(), a.h(), a.w()));
  }

  @Override
  public Map<String, Float> step(PairBatch pairs) {
    requireFits(pairs.a().shape(), pairs.b().shape());
    steps++;
    a.upload(pairs.a());
    b.upload(pairs.b());
    SplittableRandom random = StepRandom.DROPOUT.of(seed, steps);
    backend.upload(DropoutSpec.key(random.nextLong()), key);
    if (recipe.gp() > 0) {
      mixture.mixtures(pairs.a().shape().n(), StepRandom.MIXTURE.of(seed, steps));
    }
    double factor = recipe.decay().factor(steps);
    generator.adam().advance(factor);
    discriminator.adam().advance(factor);
    body.run();
    if (GradientNorms.areDue(steps)) {
      GradientNorms.take(results, GRADIENT_NORMS, discriminator.network(), generator.network());
    }
    return read();
  }

  private Map<String, Float> read() {
    float[] values = results.read();
    if (captured) {
      float ofDiscriminator = values[D_REAL] + values[D_FAKE] + values[PENALTY];
      notFinite.checkReplayed(DISCRIMINATOR, ofDiscriminator, steps);
      notFinite.checkReplayed(GENERATOR, values[G] + values[L1], steps);
    }
    Map<String, Float> named = new LinkedHashMap<>();
    for (int i = 0; i < NAMES.length; i++) {
      if (isMeasured(i, values[i])) {
        named.put(NAMES[i], values[i]);
      }
    }
    return named;
  }

  private boolean isMeasured(int result, float value) {
    return result == PENALTY
        ? recipe.gp() > 0
        : result < GRADIENT_NORMS || GradientNorms.isMeasured(steps, value);
  }

  private void compute() {
    results.clear();
    try (Scope _ = backend.scope()) {
      Variable fake = generator.translate(a.variable(), key);
      learnToJudge(fake);
      learnToTranslate(fake);
    }
  }

  private void learnToJudge(Variable fake) {
    try (Scope _ = backend.scope()) {
      Variable fakePair = beside(fake.detach());
      Variable realPair = beside(b.variable());
      Variable onFake = discriminator.scores(fakePair);
      Variable onReal = discriminator.scores(realPair);
      Variable toFake = recipe.mode().toFake(onFake);
      Variable toReal = recipe.mode().toReal(onReal);
      Variable both = Ops.add(toFake, toReal);
      if (recipe.gp() > 0) {
        Variable penalty =
            GradientPenalty.wganGp(
                discriminator::scores, realPair, fakePair, mixture.variable(), recipe.gp());
        results.add(PENALTY, penalty, 1);
        both = Ops.add(both, penalty);
      }
      Variable loss = Ops.affine(both, 0.5f, 0);
      check(DISCRIMINATOR, loss, fake, loss);
      discriminator.network().backward(loss);
      discriminator.adam().step();
      results.add(D_FAKE, toFake, 1);
      results.add(D_REAL, toReal, 1);
      results.add(ON_FAKE, recipe.mode().reading(onFake), 1);
      results.add(ON_REAL, recipe.mode().reading(onReal), 1);
    }
  }

  private void learnToTranslate(Variable fake) {
    Variable deceived = recipe.mode().toReal(discriminator.scores(beside(fake)));
    Variable distance = Ops.mean(Ops.abs(Ops.sub(fake, b.variable())));
    Variable l1 = Ops.affine(distance, recipe.lambdaL1(), 0);
    Variable loss = Ops.add(deceived, l1);
    check(GENERATOR, loss, loss);
    generator.network().backward(loss);
    generator.adam().step();
    results.add(G, deceived, 1);
    results.add(L1, l1, 1);
  }

  /** Pairs of A with something, as the discriminator sees them. */
  private Variable beside(Variable images) {
    return Ops.concat(List.of(a.variable(), images));
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
    networks.put(GENERATOR, generator.network());
    networks.put(DISCRIMINATOR, discriminator.network());
    return networks;
  }

  @Override
  public List<Part> parts(Shape images) {
    Shape judged = Shape.of(images.n(), recipe.discriminator().channels(), images.h(), images.w());
    return List.of(
        new Part(generator.network(), images), new Part(discriminator.network(), judged));
  }

  @Override
  public Map<String, String> metadata(Network network) {
    return network == generator.network() ? generator.metadata() : discriminator.metadata();
  }

  @Override
  public Map<String, List<TensorEntry>> state() {
    List<TensorEntry> moments =
        Stream.of(generator.adam().state(GENERATOR), discriminator.adam().state(DISCRIMINATOR))
            .flatMap(List::stream)
            .toList();
    return Map.of(OPTIMIZER, moments);
  }

  @Override
  public void restore(long steps, Function<String, Map<String, TensorEntry>> state) {
    this.steps = steps;
    Map<String, TensorEntry> moments = state.apply(OPTIMIZER);
    generator.adam().restore(GENERATOR, steps, moments);
    discriminator.adam().restore(DISCRIMINATOR, steps, moments);
  }

  @Override
  public List<Planes> row(PicturePair pair) {
    return List.of(pair.a(), generator.translate(pair.a()), pair.b());
  }

  @Override
  public void close() {
    a.close();
    b.close();
    key.close();
    mixture.close();
    results.close();
    generator.close();
    discriminator.close();
  }
}
