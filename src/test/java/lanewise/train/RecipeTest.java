package lanewise.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import lanewise.backend.Backend;
import lanewise.backend.Backends;
import lanewise.backend.Tensor;
import lanewise.model.Dcgan;
import lanewise.model.Norm;
import lanewise.nn.Network;
import lanewise.train.Recipe.Penalties;
import lanewise.train.loss.NonSaturating;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the settings of a {@link Recipe} do to a training. */
class RecipeTest {
  private static final int BATCH = 8;
  private static final int IMAGE = 16 * 16;

  private final Backend backend = Backends.open("scalar");
  private final Random random = new Random(3);

  @AfterEach
  void close() {
    backend.close();
  }

  private GanTrainer trainer(Recipe recipe) {
    Dcgan model = new Dcgan(16, 1, 4, 4, 4, Norm.INSTANCE);
    return new GanTrainer(backend, model, recipe, 0, true);
  }

  private static Recipe recipe(int batch, int accumulate, int dSteps, Penalties penalties) {
    return new Recipe(
        new NonSaturating(),
        penalties,
        batch,
        accumulate,
        dSteps,
        AdamOptions.DCGAN,
        AdamOptions.DCGAN,
        Schedule.CONSTANT,
        1,
        0.75);
  }

  private float[] normal(int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) Math.tanh(random.nextGaussian());
    }
    return values;
  }

  private float[] read(Tensor tensor) {
    float[] values = new float[tensor.shape().size()];
    backend.read(tensor, values);
    return values;
  }

  @Test
  void accumulatedBatchesAreOneLargeBatch() {
    float[] images = normal(BATCH * IMAGE);
    float[] z = normal(BATCH * 4);
    try (GanTrainer whole = trainer(recipe(BATCH, 1, 1, Penalties.NONE));
        GanTrainer parts = trainer(recipe(BATCH / 4, 4, 1, Penalties.NONE))) {
      var expected = whole.step(images, z);
      var actual = parts.step(images, z);
      assertEquals(expected.lossD(), actual.lossD(), 1e-6);
      assertEquals(expected.lossG(), actual.lossG(), 1e-6);
      assertEquals(expected.dReal(), actual.dReal(), 1e-6);
      // Gradients, not weights: Adam's first step makes rounding of a small gradient a large one.
      assertArrayEquals(
          read(whole.generator().gradients()), read(parts.generator().gradients()), 1e-6f);
      assertArrayEquals(
          read(whole.discriminator().gradients()), read(parts.discriminator().gradients()), 1e-6f);
    }
  }

  /** Where between real and fake the penalty is taken is drawn for them too. */
  @Test
  void givenLatentsChangeNothingElse() {
    float[] images = normal(BATCH * IMAGE);
    float[] z = new float[BATCH * 4];
    new Latents(0, 4).ofStep(1, z);
    Penalties penalty = new Penalties(10, 0, 1);
    try (GanTrainer drawn = trainer(recipe(BATCH, 1, 1, penalty));
        GanTrainer given = trainer(recipe(BATCH, 1, 1, penalty))) {
      assertEquals(drawn.step(images), given.step(images, z));
    }
  }

  @Test
  void theAverageFollowsTheGenerator() {
    try (GanTrainer trainer = trainer(recipe(BATCH, 1, 1, Penalties.NONE))) {
      float[] before = read(trainer.generator().values());
      assertArrayEquals(before, read(trainer.sampler().values()));
      trainer.step(normal(BATCH * IMAGE));
      float[] after = read(trainer.generator().values());
      float[] average = read(trainer.sampler().values());
      float[] expected = new float[before.length];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = 0.75f * before[i] + 0.25f * after[i];
      }
      assertTrue(!Arrays.equals(before, after), "the generator moves");
      assertArrayEquals(expected, average, 1e-7f);
    }
  }

  @Test
  void theAverageTakesTheBuffersOver() {
    Dcgan model = new Dcgan(16, 1, 4, 4, 4, Norm.BATCH);
    try (GanTrainer trainer =
        new GanTrainer(backend, model, recipe(BATCH, 1, 1, Penalties.NONE), 0, true)) {
      trainer.step(normal(BATCH * IMAGE));
      float[] mean = buffer(trainer.generator());
      assertTrue(mean[0] != 0, "the running mean moves");
      assertArrayEquals(mean, buffer(trainer.sampler()));
    }
  }

  private float[] buffer(Network network) {
    return read(network.state().get("main.1.running_mean").tensor());
  }

  @Test
  void eachUpdateOfTheDiscriminatorIsAStepOfItsOptimiser() {
    float[] images = normal(2 * BATCH * IMAGE);
    try (GanTrainer twice = trainer(recipe(BATCH, 1, 2, Penalties.NONE));
        GanTrainer once = trainer(recipe(BATCH, 1, 1, Penalties.NONE))) {
      float[] z = normal(2 * BATCH * 4);
      float[] start = read(twice.generator().values());
      twice.step(images, z);
      // The same by hand: an update on the first half, whose change of the generator is undone.
      once.step(Arrays.copyOf(images, BATCH * IMAGE), Arrays.copyOf(z, BATCH * 4));
      backend.upload(start, once.generator().values());
      once.step(
          Arrays.copyOfRange(images, BATCH * IMAGE, 2 * BATCH * IMAGE),
          Arrays.copyOfRange(z, BATCH * 4, 2 * BATCH * 4));
      assertArrayEquals(read(once.discriminator().values()), read(twice.discriminator().values()));
    }
  }

  @Test
  void lazyR1IsComputedAtSomeStepsAndCountsAsMany() {
    float[] images = normal(BATCH * IMAGE);
    try (GanTrainer always = trainer(recipe(BATCH, 1, 1, new Penalties(0, 10, 1)));
        GanTrainer lazy = trainer(recipe(BATCH, 1, 1, new Penalties(0, 10, 3)))) {
      float[] penalties = new float[7];
      for (int i = 0; i < penalties.length; i++) {
        penalties[i] = lazy.step(images).penalty();
        assertEquals(i % 3 == 0, penalties[i] > 0, "step " + (i + 1));
      }
      assertEquals(3, penalties[0] / always.step(images).penalty(), 1e-5);
    }
  }

  @Test
  void schedulesEndAtNothing() {
    assertEquals(1, Schedule.CONSTANT.factor(0.9));
    assertEquals(1, Schedule.LINEAR.factor(0));
    assertEquals(0.25, Schedule.LINEAR.factor(0.75), 1e-12);
    assertEquals(1, Schedule.COSINE.factor(0));
    assertEquals(0.5, Schedule.COSINE.factor(0.5), 1e-12);
    assertEquals(0, Schedule.COSINE.factor(1), 1e-12);
  }
}
